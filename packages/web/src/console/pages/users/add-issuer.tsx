import { useSignal } from '@preact/signals'
import type { VNode } from 'preact'
import { useId } from 'preact/hooks'
import { Field } from '../../../components/field.tsx'
import { FormDialog } from '../../parts/form-dialog.tsx'
import { useAct } from '../../state/act.ts'
import { addIssuer } from '../../state/users-api.ts'
import { words } from '../../state/words.ts'

/** Trusts an authority from outside, by its certificate. */
export function AddIssuer(props: {
  readonly added: () => void
  readonly close: () => void
}): VNode {
  const { added, close } = props
  const [certificate, namespaces] = [useSignal(''), useSignal('')]
  const isBad = useSignal(false)
  const id = useId()
  const act = useAct()
  const t = words.value.issuers
  const submit = async (): Promise<void> => {
    const given = namespaces.value.split(/[\s,]+/).filter((each) => each !== '')
    isBad.value = given.length === 0
    if (isBad.value) return
    // the server says what is wrong with one that is none
    const pem = certificate.value.trim()
    const done = await act.run(() => addIssuer(pem === '' ? '-' : pem, given))
    if (done !== undefined) added()
  }
  return (
    <FormDialog heading={t.add} verb={t.add} act={act} submit={submit} close={close}>
      <p>{t.addBody}</p>
      <div class="field">
        <label for={id}>{t.certificate}</label>
        <textarea
          id={id}
          class="code"
          rows={6}
          spellcheck={false}
          autocomplete="off"
          value={certificate.value}
          aria-describedby={`${id}-more`}
          onInput={(event) => (certificate.value = event.currentTarget.value)}
        />
        <p class="hint" id={`${id}-more`}>
          {t.certificateHint}
        </p>
      </div>
      <Field
        kind="code"
        label={t.namespaces}
        value={namespaces}
        hint={t.namespacesHint}
        error={isBad.value ? t.noNamespace : undefined}
      />
    </FormDialog>
  )
}

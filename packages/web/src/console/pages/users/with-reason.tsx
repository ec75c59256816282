import { useSignal } from '@preact/signals'
import type { VNode } from 'preact'
import { Field } from '../../../components/field.tsx'
import { FormDialog } from '../../parts/form-dialog.tsx'
import { useAct } from '../../state/act.ts'
import type { Answer } from '../../state/client.ts'
import { words } from '../../state/words.ts'

/** Something that users are told the reason of. */
export interface Reasoned {
  readonly heading: string
  readonly body: string
  /** What the button says that does it. */
  readonly verb: string
  readonly work: (reason: string) => Promise<Answer<unknown>>
  /** Said when it is done. */
  readonly told: string
}

/** Asks for the reason before something is taken from a user: they are shown it. */
export function WithReason(props: {
  readonly what: Reasoned
  readonly done: (told: string) => void
  readonly close: () => void
}): VNode {
  const { what, done, close } = props
  const reason = useSignal('')
  const isBad = useSignal(false)
  const act = useAct()
  const t = words.value.users
  const submit = async (): Promise<void> => {
    const given = reason.value.trim()
    isBad.value = given === ''
    if (isBad.value) return
    if ((await act.run(() => what.work(given))) !== undefined) done(what.told)
  }
  return (
    <FormDialog
      heading={what.heading}
      verb={what.verb}
      tone="red"
      act={act}
      submit={submit}
      close={close}
    >
      <p>{what.body}</p>
      <Field
        kind="user"
        label={t.reason}
        value={reason}
        hint={t.reasonHint}
        error={isBad.value ? t.noReason : undefined}
        focus
      />
    </FormDialog>
  )
}

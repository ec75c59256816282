import { useSignal } from '@preact/signals'
import type { VNode } from 'preact'
import { Field } from '../../components/field.tsx'
import { Heading } from '../../components/heading.tsx'
import { withCode } from '../../components/with-code.tsx'
import { FaultNote } from '../parts/fault-note.tsx'
import { useAct } from '../state/act.ts'
import { linkTo, settle } from '../state/place.ts'
import { setUp } from '../state/session.ts'
import { words } from '../state/words.ts'

/** Opens an account with a code: `first`, the one that there is none before; else one that an operator made. */
export function SetUp({ first }: { readonly first: boolean }): VNode {
  const [code, name] = [useSignal(''), useSignal('')]
  const [passphrase, again] = [useSignal(''), useSignal('')]
  const differ = useSignal(false)
  const act = useAct()
  const t = words.value.entrance
  const submit = async (): Promise<void> => {
    differ.value = passphrase.value !== again.value
    if (differ.value) return
    const account = { code: code.value, name: name.value, passphrase: passphrase.value }
    if ((await act.run(() => setUp(account))) !== undefined) settle('')
  }
  return (
    <div class="narrow">
      <Heading>{first ? t.firstHeading : t.setupHeading}</Heading>
      <p class="lead">{first ? t.firstBody : t.setupBody}</p>
      <form
        class="card"
        onSubmit={(event) => {
          event.preventDefault()
          void submit()
        }}
      >
        <Field kind="code" label={t.code} value={code} hint={t.codeHint} focus />
        <Field kind="name" label={t.user} value={name} hint={t.nameHint} autocomplete="username" />
        <Field
          kind="passphrase"
          label={t.newPassphrase}
          value={passphrase}
          hint={t.passphraseHint}
          autocomplete="new-password"
        />
        <Field
          kind="passphrase"
          label={t.repeat}
          value={again}
          error={differ.value ? t.differ : undefined}
          autocomplete="new-password"
        />
        {act.fault !== undefined && <FaultNote fault={act.fault} />}
        <button type="submit" class="button bronze large" aria-disabled={act.busy}>
          {t.setUp}
        </button>
      </form>
      <div class="beside">
        <p class="small">{withCode(t.noCode)}</p>
        {!first && (
          <a class="button quiet" href={linkTo('')}>
            {t.haveAccount}
          </a>
        )}
      </div>
    </div>
  )
}

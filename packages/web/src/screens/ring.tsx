import { prepareName, preparePassphrase } from '@hufu/terminal'
import { useSignal } from '@preact/signals'
import type { VNode } from 'preact'
import { Field } from '../components/field.tsx'
import { Heading } from '../components/heading.tsx'
import { text } from '../state/language.ts'
import { begin } from '../state/session.ts'

/** Ringing somebody who waits under a name. */
export function Ring(): VNode {
  const { ringHeading, ringBody, whom, passphrase, passphraseHint, self, selfHint, ring } =
    text.value.name
  const { badName, badPassphrase } = text.value.name
  const name = useSignal('')
  const secret = useSignal('')
  const as = useSignal('')
  const tried = useSignal(false)
  const ready = prepareName(name.value)
  const known = preparePassphrase(secret.value)
  return (
    <form
      class="narrow"
      onSubmit={(event) => {
        event.preventDefault()
        tried.value = true
        if (!ready.ok || !known.ok) return
        begin({ by: 'ring', name: ready.value, passphrase: known.value, as: as.value.trim() })
      }}
    >
      <Heading>{ringHeading}</Heading>
      <p class="lead">{ringBody}</p>
      <Field
        kind="name"
        label={whom}
        value={name}
        error={tried.value && !ready.ok ? badName : undefined}
        focus
      />
      <Field
        kind="passphrase"
        label={passphrase}
        value={secret}
        hint={passphraseHint}
        error={tried.value && !known.ok ? badPassphrase : undefined}
      />
      <Field kind="name" label={self} value={as} hint={selfHint} />
      <button type="submit" class="button bronze large">
        {ring}
      </button>
    </form>
  )
}

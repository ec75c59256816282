import { prepareName, preparePassphrase } from '@hufu/terminal'
import { useSignal } from '@preact/signals'
import type { VNode } from 'preact'
import { Field } from '../components/field.tsx'
import { Heading } from '../components/heading.tsx'
import { text } from '../state/language.ts'
import { seat } from '../state/keys/seat.ts'
import { begin } from '../state/session.ts'
import { RungAsLater } from './keys/later.tsx'

/** Ringing somebody who waits under a name. */
export function Ring(): VNode {
  const {
    ringHeading,
    ringBody,
    whom,
    whomHint,
    passphrase,
    passphraseHint,
    self,
    selfHint,
    ring,
  } = text.value.name
  const { badName, badPassphrase } = text.value.name
  const name = useSignal('')
  const secret = useSignal('')
  const as = useSignal('')
  const tried = useSignal(false)
  const user = userIn(name.value)
  const ready = prepareName(name.value)
  const known = preparePassphrase(secret.value)
  return (
    <form
      class="narrow"
      onSubmit={(event) => {
        event.preventDefault()
        tried.value = true
        if (!known.ok) return
        const more = { passphrase: known.value, as: as.value.trim() }
        if (user !== undefined) begin({ by: 'ring-user', name: user, ...more })
        else if (ready.ok) begin({ by: 'ring', name: ready.value, ...more })
      }}
    >
      <Heading>{ringHeading}</Heading>
      <p class="lead">{ringBody}</p>
      <Field
        kind="user"
        label={whom}
        value={name}
        hint={whomHint}
        error={tried.value && user === undefined && !ready.ok ? badName : undefined}
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
      {user !== undefined && seat.value.at === 'here' && <RungAsLater user={seat.value.user} />}
      <button type="submit" class="button bronze large">
        {ring}
      </button>
    </form>
  )
}

/** What was typed, if it is meant as a user's ID; undefined if as a name. */
function userIn(typed: string): string | undefined {
  const given = typed.trim()
  return /^[^\s@]+@[^\s@]+$/.test(given) ? given : undefined
}

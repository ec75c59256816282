import { preparePassphrase } from '@hufu/terminal'
import { useSignal } from '@preact/signals'
import type { VNode } from 'preact'
import { useEffect } from 'preact/hooks'
import { Field } from '../components/field.tsx'
import { Heading } from '../components/heading.tsx'
import { TimeLeft } from '../components/time-left.tsx'
import { ring } from '../ports/notify.ts'
import { text } from '../state/language.ts'
import { RungAsLater } from './keys/later.tsx'
import type { Rung } from '../state/session.ts'

/** Somebody rings: the passphrase answers, and proves on the way who they are. `user`: who is signed in here, and rung. */
export function Ringing(props: { readonly rung: Rung; readonly user?: string }): VNode {
  const { from, untilMs, answer } = props.rung
  const { rings, somebody, unverified, question, answer: take, decline, left } = text.value.pairing
  const secret = useSignal('')
  const tried = useSignal(false)
  const known = preparePassphrase(secret.value)
  const title = rings(from === '' ? somebody : from)
  useEffect(() => {
    const bell = ring(title, unverified)
    return () => bell.stop()
  }, [title])
  return (
    <form
      class="narrow ringing"
      onSubmit={(event) => {
        event.preventDefault()
        tried.value = true
        if (known.ok) answer(known.value)
      }}
    >
      <div role="alert">
        <Heading>{title}</Heading>
      </div>
      {from !== '' && <p>{unverified}</p>}
      <Field
        kind="passphrase"
        label={question}
        value={secret}
        error={tried.value && !known.ok ? text.value.name.badPassphrase : undefined}
      />
      {props.user !== undefined && <RungAsLater user={props.user} />}
      <TimeLeft untilMs={untilMs} say={left} />
      <div class="buttons">
        <button type="submit" class="button jade large">
          {take}
        </button>
        <button type="button" class="button large" onClick={() => answer(undefined)}>
          {decline}
        </button>
      </div>
    </form>
  )
}

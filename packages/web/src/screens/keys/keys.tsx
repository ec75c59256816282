import type { VNode } from 'preact'
import { Heading } from '../../components/heading.tsx'
import { Told } from '../../components/told.tsx'
import { passkeysLack } from '../../ports/passkey.ts'
import { signIn, takeOver } from '../../state/keys/acts.ts'
import { seat, type Ended, type Seat } from '../../state/keys/seat.ts'
import { go } from '../../state/place.ts'
import { keysText } from '../../strings/keys/index.ts'
import { Outcome, useActing } from './acting.tsx'
import { Here } from './here.tsx'
import { Lack, Ways } from './ways.tsx'

/** Who is signed in at this browser, and what they can do with their keys. */
export function Keys(): VNode {
  const { heading } = keysText.value
  return (
    <div class="keys">
      <Heading>{heading}</Heading>
      <At seat={seat.value} />
    </div>
  )
}

function At(props: { readonly seat: Seat }): VNode {
  const { seat } = props
  switch (seat.at) {
    case 'nobody':
      return <Nobody ended={seat.ended} />
    case 'looking':
      return <p role="status">{keysText.value.looking}</p>
    case 'other-tab':
      return <OtherTab user={seat.user} />
    case 'here':
      return <Here seat={seat} />
  }
}

function Nobody(props: { readonly ended: Ended | undefined }): VNode {
  const { signInBody, signIn: label, touching, enrolLink } = keysText.value
  const acting = useActing()
  return (
    <>
      {props.ended !== undefined && <HasEnded ended={props.ended} />}
      <p class="lead">{signInBody}</p>
      <Lack />
      <div class="buttons">
        <button
          type="button"
          class="button bronze large"
          disabled={acting.busy.value || passkeysLack() !== undefined}
          onClick={() => void acting.run(signIn)}
        >
          {label}
        </button>
        <button
          type="button"
          class="button large"
          disabled={acting.busy.value}
          onClick={() => go({ at: 'enrol', code: '' })}
        >
          {enrolLink}
        </button>
      </div>
      <p role="status">{acting.busy.value ? touching : ''}</p>
      <Outcome acting={acting} />
      <Ways after={acting.failed.value} />
    </>
  )
}

/** Somebody, or the time, has ended the sign-in: who, and why. */
function HasEnded(props: { readonly ended: Ended }): VNode {
  const { user, code, reason } = props.ended
  const { heading, reason: label } = keysText.value.ended
  return (
    <section class="card trouble" role="alert" aria-labelledby="has-ended">
      <h2 id="has-ended">{heading(user)}</h2>
      <Told code={code} />
      {reason !== '' && (
        <p class="reason">
          {label}: <q>{reason}</q>
        </p>
      )}
    </section>
  )
}

function OtherTab(props: { readonly user: string }): VNode {
  const { body, take, busy } = keysText.value.otherTab
  const acting = useActing()
  return (
    <>
      <p class="lead">{body(props.user)}</p>
      <button
        type="button"
        class="button bronze"
        disabled={acting.busy.value}
        onClick={() => void acting.run(takeOver)}
      >
        {take}
      </button>
      <Outcome acting={acting} told={{ ERR_BUSY: busy }} />
    </>
  )
}

import type { VNode } from 'preact'
import { useEffect } from 'preact/hooks'
import { Heading } from '../components/heading.tsx'
import { Tally } from '../components/tally.tsx'
import { TimeLeft } from '../components/time-left.tsx'
import { stayAwake } from '../ports/wake.ts'
import type { How } from '../state/how.ts'
import { text } from '../state/language.ts'
import { dismiss, type Session, type Stage } from '../state/session.ts'
import { Listening } from './listening.tsx'
import { Open } from './open.tsx'
import { Ringing } from './ringing.tsx'

/** On the way to a session, whichever way it is. */
export function Pairing(props: Extract<Session, { at: 'pairing' }>): VNode {
  const { how, stage, lost } = props
  useEffect(() => stayAwake(), [])
  return (
    <div class="pairing">
      <At how={how} stage={stage} />
      <p class="lost" role="status">
        {lost ? text.value.pairing.lost : ''}
      </p>
      {stage.at !== 'ringing' && (
        <button type="button" class="button" onClick={dismiss}>
          {text.value.act.cancel}
        </button>
      )}
    </div>
  )
}

function At(props: { readonly how: How; readonly stage: Stage }): VNode {
  const { how, stage } = props
  const { connecting, matching, matchingBody, ringing, ringingBody, waiting, waitingBody } =
    text.value.pairing
  switch (stage.at) {
    case 'connecting':
      return <Wait key="connecting" heading={connecting} />
    case 'code':
      return <Open code={stage.code} untilMs={stage.untilMs} />
    case 'waiting':
      return <Wait key="waiting" heading={waiting(nameIn(how))} body={waitingBody} />
    case 'listening':
      return <Listening name={nameIn(how)} failed={stage.failed} />
    case 'ringing':
      return <Ringing rung={stage.rung} {...(how.by === 'attend' ? { user: how.name } : {})} />
    case 'requested':
      return how.by === 'ring' || how.by === 'ring-user' ? (
        <Wait key="ringing" heading={ringing(how.name)} body={ringingBody} until={stage.untilMs} />
      ) : (
        <Wait key="matching" heading={matching} body={matchingBody} fitting />
      )
  }
}

function Wait(props: {
  readonly heading: string
  readonly body?: string
  readonly until?: number
  readonly fitting?: boolean
}): VNode {
  return (
    <div class="wait">
      <Tally fitting={props.fitting === true} />
      <Heading>{props.heading}</Heading>
      <p class="lead">{props.body ?? ''}</p>
      {props.until !== undefined && (
        <TimeLeft untilMs={props.until} say={text.value.pairing.left} />
      )}
    </div>
  )
}

function nameIn(how: How): string {
  return 'name' in how ? how.name : ''
}

import { useSignal } from '@preact/signals'
import type { VNode } from 'preact'
import { Heading } from '../../components/heading.tsx'
import { Icon } from '../../components/icon.tsx'
import type { Conversation, Presence } from '../../state/conversation.ts'
import { text } from '../../state/language.ts'
import { leaveAsked } from '../../state/leave-asked.ts'
import { Leave } from './leave.tsx'
import { Remember } from './remember.tsx'

/** Whom it is with and how it stands, and what concerns the whole session. */
export function Bar(props: { readonly conversation: Conversation }): VNode {
  const { conversation } = props
  const { who, contact, presence, compared, canSay, words } = conversation
  const { other, remember, leave } = text.value.talk
  const remembering = useSignal(false)
  const name = who.value === '' ? other : who.value
  return (
    <header class="bar">
      <div class="with">
        <Heading>
          <bdi>{name}</bdi>
        </Heading>
        <p class={`presence ${presence.value.at}`}>{presenceText(presence.value)}</p>
      </div>
      {compared.value && (
        <p class="compared">
          <span class="unseen">{text.value.words.label}: </span>
          <Icon name="check" />
          <span translate={false} lang="en">
            {words.join(' ')}
          </span>
        </p>
      )}
      <div class="acts">
        {contact.value === undefined && (
          <button
            type="button"
            class="button"
            disabled={!canSay.value}
            onClick={() => (remembering.value = true)}
          >
            {remember}
          </button>
        )}
        {presence.value.at !== 'over' && (
          <button type="button" class="button" onClick={() => (leaveAsked.value = true)}>
            {leave}
          </button>
        )}
      </div>
      {remembering.value && (
        <Remember conversation={conversation} close={() => (remembering.value = false)} />
      )}
      {leaveAsked.value && presence.value.at !== 'over' && <Leave conversation={conversation} />}
    </header>
  )
}

function presenceText(presence: Presence): string {
  const { here, away, serverLost, leaving, returning, over } = text.value.talk
  switch (presence.at) {
    case 'here':
      return here
    case 'away':
      return away
    case 'offline':
      return serverLost
    case 'leaving':
      return leaving
    case 'returning':
      return returning
    case 'over':
      return over
  }
}

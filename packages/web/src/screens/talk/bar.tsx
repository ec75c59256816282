import type { Signal } from '@preact/signals'
import type { VNode } from 'preact'
import { Heading } from '../../components/heading.tsx'
import { Icon } from '../../components/icon.tsx'
import type { Conversation, Presence } from '../../state/conversation.ts'
import { secondsSince } from '../../state/clock.ts'
import { text } from '../../state/language.ts'
import { BadgeLater } from '../keys/later.tsx'
import { leaveAsked } from '../../state/leave-asked.ts'

/** Whom it is with and how it stands, and what concerns the whole session. */
export function Bar(props: {
  readonly conversation: Conversation
  readonly remembering: Signal<boolean>
}): VNode {
  const { who, contact, identity, asked, presence, compared, canSay, words } = props.conversation
  const { otherAlone, remember, leave } = text.value.talk
  const over = presence.value.at === 'over'
  const name = who.value === '' ? otherAlone : who.value
  return (
    <header class="bar">
      <div class="with">
        <Heading>
          <bdi>{name}</bdi>
        </Heading>
        {identity.value?.verified === true && <BadgeLater who={identity.value} />}
        <p class={`presence ${presence.value.at}`}>{presenceText(presence.value)}</p>
        {!over && <KeyAge conversation={props.conversation} />}
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
        {contact.value === undefined && !asked.value && !over && (
          <button
            type="button"
            class="button"
            disabled={!canSay.value}
            onClick={() => (props.remembering.value = true)}
          >
            {remember}
          </button>
        )}
        {!over && (
          <button type="button" class="button" onClick={() => (leaveAsked.value = true)}>
            {leave}
          </button>
        )}
      </div>
    </header>
  )
}

/** How long the keys in use have been: they move while the two talk. */
function KeyAge(props: { readonly conversation: Conversation }): VNode | null {
  const since = props.conversation.keysSince.value
  if (since === undefined) return null
  const { time, talk } = text.value
  return (
    <p class="key-age" title={talk.keyAgeBody} aria-live="off">
      {talk.keyAge(time.left(secondsSince(since)))}
    </p>
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

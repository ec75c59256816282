import type { VNode } from 'preact'
import { Told } from '../../components/told.tsx'
import type { Conversation } from '../../state/conversation.ts'
import { text } from '../../state/language.ts'

/** What hinders just now, and what becomes of what is written meanwhile. */
export function Status(props: { readonly conversation: Conversation }): VNode {
  const { presence, trouble } = props.conversation
  const { awayLong, serverLostLong, returning, leaving } = text.value.talk
  const told = { away: awayLong, offline: serverLostLong, returning, leaving, here: '', over: '' }
  return (
    <div class="status" role="status">
      {told[presence.value.at] !== '' && <p>{told[presence.value.at]}</p>}
      {trouble.value !== undefined && <Told code={trouble.value} />}
    </div>
  )
}

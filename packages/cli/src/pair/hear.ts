import type { Incoming, Talk, TalkClosed, TalkEvent } from '@hufu/terminal'
import { MESSAGES } from '../messages.ts'
import type { Output } from '../output.ts'

/** Who wants to know what is heard, besides the user. */
export interface Listeners {
  readonly offered: (incoming: Incoming) => void
  readonly finished: () => void
  readonly leaving: () => void
}

/**
 * Shows what the other says and does, to the end. A text is acknowledged only when stdout has taken it.
 *
 * @param chatting whether a person is at this end, who wants to know more
 * @returns how it closed; undefined as soon as nobody reads stdout any more
 */
export async function hear(
  talk: Talk,
  output: Output,
  chatting: boolean,
  listeners: Listeners,
): Promise<TalkClosed | undefined> {
  const aside = (text: string): void => {
    if (chatting) output.note(text)
  }
  const show = async (event: Exclude<TalkEvent, TalkClosed>): Promise<boolean> => {
    switch (event.type) {
      case 'text':
        return output.json
          ? output.event({ event: 'text', text: event.text })
          : output.line(event.text)
      case 'offer':
        listeners.offered(event.incoming)
        return true
      case 'typing':
        return true // a line of a shell is typed and sent; there is no place to show it
      case 'away':
        output.note('the other, or the server, cannot be reached; waiting')
        return output.event({ event: 'away' })
      case 'back':
        output.note('the other is back')
        return output.event({ event: 'back' })
      case 'rekeyed':
        return output.event({ event: 'rekeyed', epoch: event.epoch })
      case 'finished':
        aside('the other has nothing more to say; /quit leaves')
        listeners.finished()
        return output.event({ event: 'finished' })
      case 'leaving':
        aside('the other leaves')
        listeners.leaving()
        return output.event({ event: 'gone' })
      case 'identified': {
        const { tellIdentified } = await import('./identified.ts')
        return tellIdentified(event, output)
      }
      case 'wish':
        aside(
          'the other would like to remember you; with --remember NAME at both ends you meet again without a code',
        )
        return output.event({ event: 'wish' })
      case 'remembered':
        output.note(`remembered as ${event.name}; next time: hufu pair --with ${event.name}`)
        return output.event({ event: 'remembered', name: event.name })
      case 'unremembered': {
        const { what, next } = MESSAGES[event.code]
        output.note(`hufu: the contact could not be kept: ${what} (${event.code})`)
        output.note(`  ${next}`)
        return output.event({ event: 'unremembered', code: event.code })
      }
    }
  }
  let gone = false
  for await (const event of talk.events()) {
    gone ||= event.type === 'leaving'
    if (event.type === 'closed') {
      if (event.code === 'ERR_PEER_GONE' && !gone) await output.event({ event: 'gone' })
      return event
    }
    if (!(await show(event))) return undefined
  }
  return undefined
}

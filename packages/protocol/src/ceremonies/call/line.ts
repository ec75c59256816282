import type { GroupEffect } from '../../group/effects.ts'
import type { CallEffect } from './effects.ts'
import { framesOf, talkReader } from './parts.ts'
import type { CallTalk } from './talk.ts'

/** What a seat says and hears in the call's signalling session. */
export interface Line {
  send(to: 'all' | number, message: CallTalk): readonly CallEffect[]
  /** The same to several: it is put into frames once. */
  sendEach(to: Iterable<number>, message: CallTalk): readonly CallEffect[]
  /** What a group has its terminal do, its messages in frames. */
  obey(effects: readonly GroupEffect[]): readonly CallEffect[]
  /** The message that this frame completes; undefined if there is none, or it is malformed. */
  read(from: number, frame: Uint8Array): CallTalk | undefined
}

/** Nothing said yet. */
export function talkLine(): Line {
  const reader = talkReader()
  let numbers = 0
  const frames = (message: CallTalk): readonly Uint8Array[] => {
    numbers += 1
    return framesOf(message, numbers)
  }
  const send = (to: 'all' | number, message: CallTalk): readonly CallEffect[] =>
    frames(message).map((frame) => ({ do: 'send', to, frame }))
  return {
    send,
    sendEach(to, message) {
      const made = frames(message)
      return [...to].flatMap((one) =>
        made.map((frame): CallEffect => ({ do: 'send', to: one, frame })),
      )
    },
    obey: (effects) =>
      effects.flatMap((effect) =>
        effect.do === 'send' ? send(effect.to, effect.message) : [effect],
      ),
    read(from, frame) {
      const read = reader.read(from, frame)
      return read.ok ? read.value : undefined
    },
  }
}

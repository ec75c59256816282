import { after, HufuError, errorCodeOf } from '@hufu/protocol/wire'
import type { Clock } from '../clock.ts'
import type { Connection } from '../connection/connection.ts'
import type { FromServer, FromTerminal } from '../connection/messages.ts'

/** Milliseconds that the server may take for one answer. Our choice: what it does is in one transaction. */
const ANSWER_MS = 20_000

/** What is asked of the server in calls, each under a number, and its answers. */
export interface Asking {
  /**
   * Asks, and calls `heard` with the answer, at once, before anything that came behind it is looked at; false as a result
   * means that another answer is to come. Rejections come as a {@link HufuError}: what the server refuses it with;
   * `ERR_UNREACHABLE` if the connection is lost before, or none comes in time.
   */
  ask(message: Asked, heard: (answer: Answer | HufuError) => boolean): void
  /** As {@link Asking.ask}, for what is answered by `call.done` alone. */
  done(message: Asked): Promise<void>
  /** An answer, if it is one. */
  message(message: FromServer): boolean
  /** The connection is lost, or over. */
  lost(error: HufuError): void
}

export type Asked = Extract<FromTerminal, { type: `call.${string}`; ref: number }>
export type Answer = Extract<FromServer, { type: `call.${string}`; ref: number }>

interface Waiting {
  readonly heard: (answer: Answer | HufuError) => boolean
  readonly cancel: () => void
}

export function asking(connection: Connection, clock: Clock): Asking {
  const waiting = new Map<number, Waiting>()

  const settle = (ref: number, answer: Answer | HufuError): void => {
    const found = waiting.get(ref)
    if (found === undefined) return
    const isDone = found.heard(answer)
    if (!isDone && !(answer instanceof HufuError)) return
    found.cancel()
    if (waiting.get(ref) === found) waiting.delete(ref)
  }

  const ask: Asking['ask'] = (message, heard) => {
    const { ref } = message
    waiting.get(ref)?.cancel()
    const cancel = clock.wake(after(clock.now(), ANSWER_MS), () =>
      settle(ref, new HufuError('ERR_UNREACHABLE', 'the server does not answer')),
    )
    waiting.set(ref, { heard, cancel })
    if (!connection.send(message)) settle(ref, new HufuError('ERR_UNREACHABLE', LOST))
  }

  return {
    ask,
    done: (message) =>
      new Promise((resolve, reject) => {
        ask(message, (answer) => {
          if (answer instanceof HufuError) reject(answer)
          else resolve()
          return true
        })
      }),
    message(message) {
      if (message.type === 'refused' && waiting.has(message.ref)) {
        const code = errorCodeOf(message.code, 'ERR_WIRE_UNEXPECTED')
        settle(message.ref, new HufuError(code))
        return true
      }
      if (!isAnswer(message) || !waiting.has(message.ref)) return false
      settle(message.ref, message)
      return true
    },
    lost(error) {
      for (const ref of waiting.keys()) settle(ref, error)
    },
  }
}

const LOST = 'the connection was lost before the answer'

function isAnswer(message: FromServer): message is Answer {
  return message.type.startsWith('call.') && 'ref' in message
}

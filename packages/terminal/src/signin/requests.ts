import { after, HufuError, errorCodeOf } from '@hufu/protocol/wire'
import type { Place } from '@hufu/protocol/signin'
import type { Connection } from '../connection/connection.ts'
import type { Line } from '../connection/line.ts'
import type { FromServer, FromTerminal } from '../connection/messages.ts'

/** Milliseconds that the server may take for one answer. Our choice: what it does is in one transaction. */
const ANSWER_MS = 20_000

/** Kinds of answers that carry the number of what they answer. */
export type AnswerType = Extract<FromServer, { type: `signin.${string}`; ref: number }>['type']
export type AnswerOf<T extends AnswerType> = Extract<FromServer, { type: T }>

/** What is asked of the server over a shared connection, each with its answer. */
export interface Requests {
  /** A number for what is begun now. It waits for the first connection. Rejects as {@link Requests.exchange}. */
  begin(): Promise<number>
  /** Where this terminal is, as both ends of the connection know it. */
  place(): Place
  /**
   * Says something under a number and resolves to its answer.
   *
   * Rejects with {@link HufuError}: what the server refuses it with; `ERR_UNREACHABLE` if the connection is lost before the
   * answer, or none comes in {@link ANSWER_MS}; the connection's own code when it is given up; `ERR_INTERRUPTED` after
   * `close`.
   */
  exchange<T extends AnswerType>(
    message: Extract<FromTerminal, { ref: number }>,
    answer: T,
  ): Promise<AnswerOf<T>>
  close(): void
}

export interface RequestHandlers {
  /** The connection is open (again). */
  readonly open: () => void
  /** What the server says of itself. */
  readonly told: (message: FromServer) => void
}

interface Waiting {
  readonly answer: AnswerType
  readonly resolve: (message: never) => void
  readonly reject: (error: HufuError) => void
  readonly cancel: () => void
}

/** Requests over a share of `line`. */
export function startRequests(line: Line, handlers: RequestHandlers): Requests {
  const { clock, server } = line
  const waiting = new Map<number, Waiting>()
  const opening = new Set<PromiseWithResolvers<void>>()
  let over: HufuError | undefined

  const settle = (ref: number): Waiting | undefined => {
    const found = waiting.get(ref)
    waiting.delete(ref)
    found?.cancel()
    return found
  }
  const rejectAll = (error: HufuError): void => {
    for (const ref of waiting.keys()) settle(ref)?.reject(error)
  }
  const end = (error: HufuError): void => {
    over ??= error
    rejectAll(error)
    for (const waiter of opening) waiter.reject(error)
    opening.clear()
  }

  const heard = (message: FromServer): void => {
    const ref = 'ref' in message ? message.ref : undefined
    const found = ref === undefined ? undefined : waiting.get(ref)
    if (ref === undefined || found === undefined) return handlers.told(message)
    if (message.type === 'refused') {
      const code = errorCodeOf(message.code, 'ERR_WIRE_UNEXPECTED')
      settle(ref)?.reject(new HufuError(code))
    } else if (message.type === found.answer) settle(ref)?.resolve(message as never)
    else
      settle(ref)?.reject(new HufuError('ERR_WIRE_UNEXPECTED', 'the server answers something else'))
  }

  const connection: Connection = line.share({
    open() {
      for (const waiter of opening) waiter.resolve()
      opening.clear()
      handlers.open()
    },
    lost: () => rejectAll(new HufuError('ERR_UNREACHABLE', LOST)),
    message: heard,
    data: () => undefined,
    closed: end,
  })

  return {
    async begin() {
      if (over !== undefined) throw over
      if (!connection.open) {
        const waiter = Promise.withResolvers<void>()
        opening.add(waiter)
        await waiter.promise
      }
      return connection.nextRef()
    },
    place: () => ({
      serverName: server.name,
      serverId: connection.serverId,
      terminal: connection.terminal,
    }),
    exchange(message, answer) {
      if (over !== undefined) return Promise.reject(over)
      return new Promise((resolve, reject) => {
        if (!connection.send(message)) return reject(new HufuError('ERR_UNREACHABLE', LOST))
        const { ref } = message
        const cancel = clock.wake(after(clock.now(), ANSWER_MS), () =>
          settle(ref)?.reject(new HufuError('ERR_UNREACHABLE', 'the server does not answer')),
        )
        waiting.set(ref, { answer, resolve, reject, cancel })
      })
    },
    close() {
      connection.close()
      end(new HufuError('ERR_INTERRUPTED'))
    },
  }
}

const LOST = 'the connection was lost before the answer'

import { memberSeat } from '@hufu/protocol/call'
import { hex } from '@hufu/protocol/crypto'
import type { CallContext } from '@hufu/protocol/group'
import { verifyKey } from '@hufu/protocol/identity'
import { after, HufuError, errorCodeOf, type ErrorCode } from '@hufu/protocol/wire'
import type { FromServer } from '../connection/messages.ts'
import type { Call } from './call.ts'
import type { CallIdentity } from './events.ts'
import type { BeginningPorts } from './placing.ts'

/** Somebody calls, and this user may join. */
export interface RingingCall {
  /** 16 octets. */
  readonly call: Uint8Array
  readonly from: string
  /**
   * Whose key the caller's certificates name. That it is the caller who has that key is proved before anything is taken
   * from them; `ERR_…` if the certificates are not good.
   */
  readonly caller: CallIdentity | ErrorCode
  /** Milliseconds left to answer. */
  readonly ringMs: number
  /** Aborted when it rings here no longer; the reason is a {@link HufuError}. */
  readonly signal: AbortSignal
  /** Joins, and resolves once the server has let this end in. Rejects as `Calls.place`. */
  accept(): Promise<Call>
  decline(): void
  /**
   * Says that this end is in another call: it rings on. Whoever calls is told once all of the user's terminals have said so;
   * somebody who is not to know is not told, and finds that nobody answers.
   */
  busy(): void
}

/** Calls that ring here. */
export interface Ringing {
  /** Somebody calls: `tell` is called once it is known by whose key. */
  ring(message: Ring, tell: (ring: RingingCall) => void): Promise<void>
  /** One rings no longer. `code`: as the server says it. */
  stop(call: Uint8Array, code: string): void
  /** None does. */
  stopAll(error: HufuError): void
}

type Ring = Extract<FromServer, { type: 'call.ring' }>

export function ringingOf(beginning: BeginningPorts): Ringing {
  const { ports } = beginning
  const { clock, connection, people, trust } = ports
  const rings = new Map<string, AbortController>()

  const stop = (id: string, error: HufuError): void => {
    rings.get(id)?.abort(error)
    rings.delete(id)
  }

  return {
    async ring(message, tell) {
      const { call, from, ringMs } = message
      const id = hex(call)
      stop(id, new HufuError('ERR_CALL_WITHDRAWN'))
      const stopped = new AbortController()
      rings.set(id, stopped)
      const until = after(clock.now(), ringMs)
      const { issuers, nowUnixMs, cache } = trust()
      const shown = verifyKey(message.certificates, issuers, nowUnixMs, cache)
      const caller = !shown.ok
        ? shown.code
        : shown.value.user === from
          ? await people.look(shown.value)
          : 'ERR_CALL_PROOF'
      if (stopped.signal.aborted) return
      tell({
        call,
        from,
        caller,
        ringMs: until - clock.now(),
        signal: stopped.signal,
        accept: () => accept(beginning, message, () => void rings.delete(id)),
        decline() {
          if (!rings.delete(id)) return
          connection.send({ type: 'call.decline', call })
        },
        busy() {
          if (rings.has(id)) connection.send({ type: 'call.busy', call })
        },
      })
    },
    stop: (call, code) => stop(hex(call), new HufuError(errorCodeOf(code, 'ERR_CALL_WITHDRAWN'))),
    stopAll(error) {
      for (const id of rings.keys()) stop(id, error)
    },
  }
}

/** Joins the call that rings; `answered` is called when the server is asked to let this end in. */
async function accept(
  { ports, own, self, ready, run }: BeginningPorts,
  { call, from: host, server: dialled, r1, challenge }: Ring,
  answered: () => void,
): Promise<Call> {
  await ready()
  const { asking, connection } = ports
  const context: CallContext = { call, server: dialled }
  const mine = await own.keys(context, { host, r1 })
  const check = challenge === null ? null : await own.checked(context, 'member', challenge)
  const known = self()
  const { promise, resolve, reject } = Promise.withResolvers<Call>()
  const ref = connection.nextRef()
  answered()
  asking.ask({ type: 'call.accept', ref, call, bundle: mine.bundle, check }, (answer) => {
    if (answer instanceof HufuError) reject(answer)
    else if (answer.type === 'call.joined') {
      const { index, host: hostIndex, signalling, media } = answer
      const seat = memberSeat({ ...mine.seat(index), host: hostIndex })
      const about = { id: call, seat, signalling, media, mediaKey: mine.media, r1 }
      resolve(run({ ...about, self: known, rung: [], ports }))
    } else reject(new HufuError('ERR_WIRE_UNEXPECTED', 'the server answers something else'))
    return true
  })
  return promise
}

import { CALL_ID_OCTETS, hostSeat, MOST_RUNG, RANDOM_OCTETS } from '@hufu/protocol/call'
import {
  GROUP_DEFAULTS,
  type CallContext,
  type GroupPolicy,
  type ScheduleName,
} from '@hufu/protocol/group'
import { HufuError } from '@hufu/protocol/wire'
import type { Answer } from './asking.ts'
import type { Call } from './call.ts'
import type { CallIdentity } from './events.ts'
import type { OwnMaker } from './own.ts'
import type { CallPorts, CallStart } from './start.ts'

export interface PlaceOptions {
  /** Where the next key comes from. */
  readonly schedule?: ScheduleName
  /** When the key hops, and more, where it is not to be as by default. */
  readonly policy?: Partial<GroupPolicy>
  /** The server has KEYs sign before it rings anybody, or lets anybody in (A8). */
  readonly check?: boolean
}

/** What a call begins with, whoever has placed it. */
export interface BeginningPorts {
  readonly ports: CallPorts
  readonly own: OwnMaker
  readonly self: () => CallIdentity
  /** Resolves once the connection is open; rejects if it never will be. */
  readonly ready: () => Promise<void>
  readonly run: (start: CallStart) => Call
}

/** Has these users rung, as `Calls.place`. */
export async function placeCall(
  { ports, own, self, ready, run }: BeginningPorts,
  users: readonly string[],
  { schedule = 'ratchet', policy, check = false }: PlaceOptions,
): Promise<Call> {
  await ready()
  const { asking, clock, connection, key, random, server } = ports
  const context: CallContext = { call: random(CALL_ID_OCTETS), server: server.name }
  const r1 = random(RANDOM_OCTETS)
  const mine = await own.keys(context, { host: key.user, r1 })
  const known = self()
  const { promise, resolve, reject } = Promise.withResolvers<Call>()
  const ref = connection.nextRef()
  const { call } = context
  const rung = users.slice(0, MOST_RUNG)
  const answered = (answer: Answer | HufuError): boolean => {
    if (answer instanceof HufuError) reject(answer)
    else if (answer.type === 'call.check') {
      own
        .checked(context, 'initiator', answer.challenge)
        .then(
          (proof) => connection.send({ type: 'call.check-answer', ref, call, check: proof }),
          reject,
        )
      return false
    } else if (answer.type === 'call.placed') {
      const { signalling, media } = answer
      const choice = { schedule, policy: { ...GROUP_DEFAULTS, ...policy } }
      const seat = hostSeat({ ...mine.seat(0), ...choice }, clock.now())
      const about = { id: call, seat, signalling, media, mediaKey: mine.media, r1 }
      resolve(run({ ...about, self: known, rung, ports }))
    } else reject(new HufuError('ERR_WIRE_UNEXPECTED', 'the server answers something else'))
    return true
  }
  asking.ask(
    {
      type: 'call.place',
      ref,
      call,
      users: rung,
      r1,
      certificates: key.certificates,
      media: mine.bundle.media,
      checkInitiator: check,
      checkMembers: check,
    },
    answered,
  )
  const placed = await promise
  if (users.length > rung.length) await placed.invite(users.slice(rung.length))
  return placed
}

import { callCode, type CallEffect } from '@hufu/protocol/call'
import type { ErrorCode } from '@hufu/protocol/wire'
import type { Call } from './call.ts'
import type { Crowd } from './crowd.ts'
import type { CallEvent } from './events.ts'
import { hostActs } from './host-acts.ts'
import type { Sounding } from './sounding.ts'
import type { CallStart } from './start.ts'
import type { Talking } from './talking.ts'

/** What a running call shows of itself, and lets be done. */
export interface FacePorts {
  readonly start: CallStart
  readonly crowd: Crowd
  readonly sound: Sounding
  readonly talk: Talking
  readonly events: AsyncIterable<CallEvent>
  readonly epoch: () => number | undefined
  /** Whether anybody else has the key. */
  readonly hasHearers: () => boolean
  /** A frame of so many octets was sent. */
  readonly passed: (octets: number) => void
  /** Throws `ERR_CALL_HOST`, or `ERR_CALL_UNKNOWN` once it is over. */
  readonly hostOnly: () => void
  readonly act: (effects: readonly CallEffect[]) => void
  /** Resolves when all have what was said here, or it is no use to wait. */
  readonly settled: () => Promise<void>
  /** Goes at once, or ends it for all. */
  readonly go: (code: ErrorCode | undefined, forAll: boolean) => void
}

/** The call as its application has it. */
export function callFace(ports: FacePorts): Call {
  const { start, crowd, sound, talk, hostOnly, act, settled, go } = ports
  const { id, seat, r1 } = start
  const { clock, connection, asking, key } = start.ports
  const { self } = seat
  const { certificates } = key
  const now = (): ReturnType<typeof clock.now> => clock.now()
  return {
    id,
    self,
    get isHost() {
      return seat.role === 'host'
    },
    get host() {
      return seat.roster?.host
    },
    get members() {
      return new Map([
        [self, { index: self, state: 'here' as const, ...start.self }],
        ...crowd.known,
      ])
    },
    get ringing() {
      return crowd.rung
    },
    get epoch() {
      return ports.epoch()
    },
    get code() {
      const { roster } = seat
      if (roster === undefined || crowd.known.size + 1 < roster.members.size) return undefined
      return callCode(
        id,
        [...roster.members.values()].map(({ keyId }) => keyId),
      )
    },
    get counts() {
      return sound.counts
    },
    events: () => ports.events,
    hearMedia: (heard) => sound.hear(heard),
    sendMedia(payload) {
      // nobody to hear it: not even late
      if (ports.hasHearers() && sound.send(payload)) ports.passed(payload.length)
    },
    say: (text) => talk.say(text),
    sendFile: (source, { on, outcome } = {}) =>
      talk.sendFile(source, {
        on: on ?? (() => undefined),
        outcome: (index, what, code) => outcome?.(crowd.known.get(index)?.user, what, code),
      }),
    ...hostActs({ id, seat, r1, certificates, connection, asking, crowd, now, act, hostOnly }),
    async leave() {
      await settled()
      go(undefined, false)
    },
    async end() {
      hostOnly()
      await settled()
      go(undefined, true)
    },
    abort: (error) => go(error?.code, false),
  }
}

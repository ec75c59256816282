import type { Bus } from '../relay/bus.ts'
import { subjectOf } from '../relay/subject.ts'

/** What has gone through one session on this server since somebody here is in it. */
export interface Traffic {
  readonly frames: number
  readonly octets: number
}

/** A bus that counts, and what it has counted. */
export interface CountedBus {
  readonly bus: Bus
  /** Undefined: nobody here is in that session. */
  traffic(session: Uint8Array): Traffic | undefined
}

const SESSION = 'session.'

/** `bus`, with data frames counted for every session that somebody here is in; it looks at nothing inside. */
export function countedBus(bus: Bus): CountedBus {
  const counts = new Map<string, { frames: number; octets: number }>()
  return {
    bus: {
      ...bus,
      publish(subject, octets, head) {
        // what has a head is a data frame: comings and goings have none
        const count = head === undefined ? undefined : counts.get(subject)
        if (count !== undefined) {
          count.frames += 1
          count.octets += octets.length
        }
        bus.publish(subject, octets, head)
      },
      subscribe(subject, handler) {
        const stop = bus.subscribe(subject, handler)
        if (!subject.startsWith(SESSION)) return stop
        counts.set(subject, counts.get(subject) ?? { frames: 0, octets: 0 })
        return () => {
          counts.delete(subject)
          stop()
        }
      },
    },
    traffic: (session) => counts.get(subjectOf('session', session)),
  }
}

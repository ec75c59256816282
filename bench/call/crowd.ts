import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Counts, Done, FromBots, Order, Switched } from './orders.ts'
import type { Place } from './person.ts'

/** All bots, in one process: whoever orders them about has a process of its own. */
export interface Crowd {
  /** So many are there in all; the result: their users. */
  come(count: number): Promise<readonly string[]>
  /** A call of the first so many is about to ring. */
  expect(count: number, introduced: boolean): Promise<void>
  /** How many are in the call, under the key of that epoch, with both connections. */
  look(epoch: number): Promise<number>
  /** So many send so many frames a second each, at moments evenly spread. */
  speak(speakers: number, perSecond: number): Promise<void>
  hush(): Promise<void>
  /** The last of those in the call leaves; the result: when it was told to, in milliseconds on the machine's clock. */
  leave(): Promise<number>
  counts(): Promise<Counts>
  /** All who are in the call have switched to that epoch. */
  switched(epoch: number): Promise<Pick<Switched, 'at' | 'reason'>>
}

const BOTS = fileURLToPath(new URL('bots.ts', import.meta.url))

/** Starts them, in so many threads. `failed` is told what goes wrong with them: nothing is to be measured any more. */
export function crowdAt(place: Place, threads: number, failed: (why: string) => void): Crowd {
  const child = fork(BOTS, [place.server, place.session, `${threads}`])
  const answers = new Map<number, (done: Done) => void>()
  const switched = new Map<number, PromiseWithResolvers<Switched>>()
  let refs = 0

  const tell = async (order: Order): Promise<Done> => {
    refs += 1
    const { promise, resolve } = Promise.withResolvers<Done>()
    answers.set(refs, resolve)
    child.send({ ref: refs, order })
    return promise
  }
  const switchedTo = (epoch: number): PromiseWithResolvers<Switched> => {
    const known = switched.get(epoch) ?? Promise.withResolvers<Switched>()
    switched.set(epoch, known)
    return known
  }
  child.on('message', (said: FromBots) => {
    if (said.type === 'failed') return failed(said.why)
    if (said.type === 'switched') return switchedTo(said.epoch).resolve(said)
    answers.get(said.ref)?.(said)
    answers.delete(said.ref)
  })
  child.on('exit', () => failed('the bots are gone'))

  return {
    come: async (count) => (await tell({ do: 'come', count })).users,
    async expect(count, introduced) {
      switched.clear()
      await tell({ do: 'expect', count, introduced })
    },
    look: async (epoch) => (await tell({ do: 'look', epoch })).number,
    async speak(speakers, perSecond) {
      await tell({ do: 'speak', speakers, perSecond })
    },
    async hush() {
      await tell({ do: 'hush' })
    },
    leave: async () => (await tell({ do: 'leave' })).at,
    counts: async () => (await tell({ do: 'count' })).counts,
    switched: async (epoch) => switchedTo(epoch).promise,
  }
}

import assert from 'node:assert/strict'
import { seededRandomForTests, utf8, type Random } from '../crypto/index.ts'
import { pairFromServer, pairFromTerminal } from '../ceremonies/pair/index.ts'
import { SessionEnded } from '../wire/relay.ts'
import { codec, type Codec, type MessageOf } from '../wire/schema.ts'
import { perform, type Action, type Script } from './hostile-actions.testing.ts'

/** Where a message is on its way. Records are a session's; all else is a pairing's control messages. */
export type Hop =
  | 'requester to server'
  | 'server to requester'
  | 'opener to server'
  | 'server to opener'
  | 'records to opener'
  | 'records to requester'

/** What a server is told, and what it says. */
export type ToServer = MessageOf<(typeof pairFromTerminal)[number]>
type ToTerminal = MessageOf<(typeof pairFromServer)[number]> | MessageOf<typeof SessionEnded>
export const toServer: Codec<ToServer> = codec(pairFromTerminal)
export const toTerminal: Codec<ToTerminal> = codec([...pairFromServer, SessionEnded])

/** The relay between the ends of two pairings, and its clock. */
export interface HostileRelay {
  readonly now: number
  /** Gives a message to the relay. */
  send(pairing: number, hop: Hop, octets: Uint8Array): void
  /** Turns the clock to the next arrival or to `wake`, whatever is first; false if there is neither. */
  turn(wake: number | undefined): boolean
}

interface Due {
  readonly when: number
  readonly deliver: () => void
}

/** A relay that follows `script`, and hands what arrives to `deliver`. */
export function hostileRelay(
  script: Script,
  deliver: (pairing: number, hop: Hop, octets: Uint8Array) => void,
): HostileRelay {
  const latest = new Map<string, Uint8Array>()
  let due: Due[] = []
  let count = 0
  let now = 0

  const nextAction = (): Action => {
    const at = count - script.skip
    count += 1
    return script.actions[at] ?? { do: 'pass' }
  }

  return {
    get now() {
      return now
    },
    send(pairing, hop, octets) {
      const other = latest.get(`${1 - pairing} ${hop}`)
      latest.set(`${pairing} ${hop}`, octets)
      const invent = (seed: number): Uint8Array => invented(hop, seed)
      for (const arrival of perform(nextAction(), octets, { other, invent })) {
        const when = now + arrival.afterMs
        due.push({ when, deliver: () => deliver(pairing, hop, arrival.octets) })
      }
    },
    turn(wake) {
      const next = Math.min(wake ?? Infinity, ...due.map((each) => each.when))
      if (next === Infinity) return false
      now = Math.max(now, next)
      const arrived = due.filter((each) => each.when <= now)
      due = due.filter((each) => each.when > now)
      for (const each of arrived.toSorted((a, b) => a.when - b.when)) each.deliver()
      return true
    },
  }
}

/** A well-formed message of the hop's with made-up contents. */
function invented(hop: Hop, seed: number): Uint8Array {
  const random = seededRandomForTests(utf8(`invented ${seed}`))
  const pairing = random(16)
  const confirm = { tag: random(64), opening: random(32) }
  const answer = { share: random(32), associated: random(200), tag: random(64) }
  const session = random(16)
  switch (hop) {
    case 'requester to server':
      return toServer.encode(
        pick(seed, [
          { type: 'pair.confirm', pairing, ...confirm },
          { type: 'pair.fail', pairing, reason: 'mismatch' },
        ]),
      )
    case 'opener to server':
      return toServer.encode(
        pick(seed, [
          { type: 'pair.answer', pairing, ...answer },
          { type: 'pair.fail', pairing, reason: 'declined' },
          { type: 'pair.stands', pairing },
        ]),
      )
    case 'server to requester':
    case 'server to opener':
      return toTerminal.encode(
        pick(seed, [
          { type: 'pair.answered', pairing, ...answer },
          { type: 'pair.verdict', pairing, session, confirm, code: null },
          { type: 'pair.verdict', pairing, session, confirm: null, code: null },
          { type: 'pair.verdict', pairing, session: null, confirm: null, code: 'ERR_PEER_GONE' },
          { type: 'pair.verdict', pairing, session: null, confirm: null, code: 'ERR_WHAT' },
          { type: 'session.ended', session, code: 'ERR_PAIR_REFUSED' },
        ]),
      )
    case 'records to opener':
    case 'records to requester':
      return inventedRecord(random, seed)
  }
}

/** A record with a header that could be, and a ciphertext that cannot. */
function inventedRecord(random: Random, seed: number): Uint8Array {
  const record = random(45 + (seed % 100))
  record.set([1, seed % 4, 0, 0, 0, 0, 0, 0, 0, seed % 20])
  return record
}

function pick<T>(seed: number, from: readonly T[]): T {
  const one = from[seed % from.length]
  assert.ok(one !== undefined)
  return one
}

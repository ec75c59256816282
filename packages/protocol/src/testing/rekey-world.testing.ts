import assert from 'node:assert/strict'
import * as fc from 'fast-check'
import { hex, Secret, seededRandomForTests, sha512, text, utf8 } from '../crypto/index.ts'
import { rekeyPolicy, type RekeyPolicy } from '../session/policy.ts'
import {
  startSession,
  type Session,
  type SessionEvent,
  type SessionStart,
} from '../session/session.ts'
import type { ErrorCode } from '../wire/errors.ts'
import { at } from './clock.testing.ts'
import { keyLedger, type KeyLedger } from './key-ledger.testing.ts'
import { atOnce } from './records.testing.ts'

/*
 * Two ends whose keys move, a network that does anything to their records, two clocks, and whatever happens to machines:
 * reconnects, sleep, pages reloaded. What must hold at every step is checked at every step.
 */

export type Mishap =
  | { readonly do: 'say'; readonly end: 0 | 1; readonly octets: number }
  /** Time passes; what is on its way stays there. */
  | { readonly do: 'wait'; readonly ms: number }
  /** The records on their way from that end: the first so many are lost, the next comes twice, the last two change places. */
  | {
      readonly do: 'spoil'
      readonly end: 0 | 1
      readonly lost: number
      readonly twice: boolean
      readonly swapped: boolean
    }
  /** Everything on its way arrives, and the answers to it, for so many rounds. */
  | { readonly do: 'deliver'; readonly rounds: number }
  | { readonly do: 'reconnect' }
  /** One end's machine stands still while the other's goes on. */
  | { readonly do: 'sleep'; readonly end: 0 | 1; readonly ms: number }
  /** One end loses its keys; both go on by a resume secret. */
  | { readonly do: 'reload' }

const anyEnd = fc.constantFrom(0 as const, 1 as const)

/** Any mishap; most of them are traffic, or nothing would ever move. */
const anyMishap: fc.Arbitrary<Mishap> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({ do: fc.constant('say'), end: anyEnd, octets: fc.nat(6_000) }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('wait'), ms: fc.nat(8_000) }) },
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant('deliver'), rounds: fc.integer({ min: 1, max: 3 }) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('spoil'),
      end: anyEnd,
      lost: fc.nat(3),
      twice: fc.boolean(),
      swapped: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ do: 'reconnect' }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('sleep'), end: anyEnd, ms: fc.nat(3_600_000) }),
  },
  { weight: 1, arbitrary: fc.constant({ do: 'reload' }) },
)

interface End {
  session: Session
  ledger: KeyLedger
  /** How far its clock is ahead. */
  skew: number
  readonly sent: string[]
  readonly taken: string[]
  /** The newest first, as a talk keeps them. */
  secrets: string[]
  outbox: Uint8Array[]
  code: ErrorCode | 'closed' | undefined
}

/** What came of a run. */
export interface WorldEnd {
  readonly codes: readonly (ErrorCode | 'closed' | undefined)[]
  /** How often the keys moved, at both ends together. */
  readonly moves: number
}

const ENDS = [0, 1] as const
const other = (end: 0 | 1): 0 | 1 => (end === 0 ? 1 : 0)

/** Short limits, so that little traffic moves the keys often. */
const HASTY: RekeyPolicy = rekeyPolicy({
  afterMs: 5_000,
  afterRecords: 20,
  afterOctets: 10_000,
  hardMs: 15_000,
  hardRecords: 200,
  hardOctets: 500_000,
  refreshMs: 3_000,
})

/** Milliseconds of quiet in which two ends that can hear each other come to rest, retries and overlap included. */
const SETTLE_MS = 100_000

/**
 * Runs so many worlds of any mishaps; each must end with both ends in the same keys and everything delivered. `planted` may
 * put a fault in.
 *
 * @returns how often keys moved
 */
export function checkWorlds(runs: number, planted?: Pick<SessionStart, 'startRekey'>): number {
  let moved = 0
  const mishaps = fc.array(anyMishap, { minLength: 5, maxLength: 80, size: 'max' })
  fc.assert(
    fc.property(mishaps, (some) => {
      const { codes, moves } = runWorld(some, HASTY, planted)
      moved += moves
      assert.deepEqual(codes, [undefined, undefined])
    }),
    { numRuns: runs },
  )
  return moved
}

/** Runs the mishaps, then heals the network and lets the two come to rest. `planted` may put a fault in. */
function runWorld(
  mishaps: readonly Mishap[],
  policy: RekeyPolicy = HASTY,
  planted: Pick<SessionStart, 'startRekey'> = {},
): WorldEnd {
  let now = 0
  let generation = 0
  let moves = 0
  const clock = (end: 0 | 1): ReturnType<typeof at> => at(now + ends[end].skew)

  const fresh = (end: 0 | 1, seed: string): Pick<End, 'session' | 'ledger'> => {
    const ledger = keyLedger()
    const session = startSession({
      ...planted,
      root: new Secret(sha512(utf8(seed))),
      role: end === 0 ? 'initiator' : 'responder',
      transcriptHash: new Uint8Array(32).fill(generation),
      standBy: at(Number.MAX_SAFE_INTEGER),
      policy,
      random: seededRandomForTests(utf8(`${end} ${seed}`)),
      makeKey: ledger.makeKey,
    })
    return { session, ledger }
  }
  const make = (end: 0 | 1): End => ({
    ...fresh(end, 'first'),
    skew: end * 7_777,
    sent: [],
    taken: [],
    secrets: [],
    outbox: [],
    code: undefined,
  })
  const ends: readonly [End, End] = [make(0), make(1)]

  const note = (end: 0 | 1, event: SessionEvent): void => {
    const one = ends[end]
    if (event.type === 'rekeyed') moves += 1
    if (event.type === 'standing' || (event.type === 'rekeyed' && event.refresh))
      one.secrets = [hex(one.session.export('resume', 32).expose()), ...one.secrets.slice(0, 1)]
    if (event.type === 'closed') one.code = event.code ?? 'closed'
  }

  const pump = (end: 0 | 1): void => {
    const one = ends[end]
    for (let got = one.session.take(); got !== undefined; got = one.session.take()) {
      one.taken.push(text(got.subarray(0, got.indexOf(0)))!)
      one.session.taken(clock(end))
    }
    for (let left = 5_000; ; left -= 1) {
      assert.ok(left > 0, 'an end sends without end')
      const record = one.session.poll(clock(end))
      if (record === undefined) break
      one.outbox.push(atOnce(record))
    }
    for (const event of one.session.events()) note(end, event)
    check()
  }

  /** Two ends that hold an epoch hold the same keys, and nobody holds one that is over. */
  const check = (): void => {
    const [a, b] = ends
    const both = Math.min(a.ledger.made.length, b.ledger.made.length)
    assert.deepEqual(a.ledger.made.slice(0, both), b.ledger.made.slice(0, both), 'the same keys')
    for (const { session, ledger } of ends) {
      const epochs = ledger.live().map((key) => Math.floor(ledger.made.indexOf(key) / 2))
      const wrong = epochs.filter((epoch) => Math.abs(epoch - session.epoch) > 1)
      assert.deepEqual(wrong, [], 'keys of an epoch that is over')
    }
    for (const end of ENDS) {
      const { sent } = ends[other(end)]
      const { taken } = ends[end]
      assert.deepEqual(taken, sent.slice(0, taken.length), 'in order, once, and nothing else')
    }
  }

  const deliver = (rounds: number): void => {
    for (let round = 0; round < rounds; round += 1) {
      for (const end of ENDS) {
        const arriving = ends[end].outbox
        ends[end].outbox = []
        for (const record of arriving) {
          const to = other(end)
          ends[to].session.receive(record, clock(to))
        }
        pump(other(end))
      }
    }
  }

  const reconnect = (): void => {
    for (const end of ENDS) {
      ends[end].session.absent()
      ends[end].outbox = []
    }
    for (const end of ENDS) {
      ends[end].session.present(clock(end))
      pump(end)
    }
  }

  const reload = (): void => {
    const [a, b] = ends
    const common = a.secrets.find((secret) => b.secrets.includes(secret))
    if (a.secrets.length === 0 || b.secrets.length === 0) return // the first handshake never stood
    assert.ok(common !== undefined, 'no resume secret that both have')
    generation += 1
    for (const end of ENDS) {
      const one = ends[end]
      Object.assign(one, fresh(end, common), { outbox: [], code: undefined })
      one.secrets = [common]
      // What was not acknowledged is said again, or not: that is the affair of the talk above.
      one.sent.length = 0
      one.taken.length = 0
    }
    reconnect()
  }

  const act = (mishap: Mishap): void => {
    switch (mishap.do) {
      case 'say': {
        const one = ends[mishap.end]
        if (one.code !== undefined) return
        const message = new Uint8Array(mishap.octets + 20)
        const name = `${mishap.end} ${one.sent.length}`
        message.set(utf8(name))
        one.sent.push(name)
        one.session.send(message)
        return pump(mishap.end)
      }
      case 'wait':
        now += mishap.ms
        return ENDS.forEach(pump)
      case 'spoil': {
        const { outbox } = ends[mishap.end]
        outbox.splice(0, mishap.lost)
        if (mishap.twice && outbox[0] !== undefined) outbox.unshift(outbox[0])
        const last = mishap.swapped ? outbox.pop() : undefined
        if (last !== undefined) outbox.splice(-1, 0, last)
        return
      }
      case 'deliver':
        return deliver(mishap.rounds)
      case 'reconnect':
        return reconnect()
      case 'sleep':
        // Its own clock stands for all that it can tell: the other's has gone on.
        ends[other(mishap.end)].skew += mishap.ms
        return pump(other(mishap.end))
      case 'reload':
        return reload()
    }
  }

  reconnect()
  for (const mishap of mishaps) act(mishap)
  reconnect()
  for (const until = now + SETTLE_MS; now < until; now += 500) {
    deliver(4)
    ENDS.forEach(pump)
  }
  now += SETTLE_MS
  ENDS.forEach(pump)
  deliver(4)
  for (const { ledger, code } of ends)
    if (code === undefined)
      assert.equal(ledger.live().length, 2, 'after its overlap no root is left')
  const [a, b] = ends
  if (a.code === undefined && b.code === undefined) {
    assert.equal(a.session.epoch, b.session.epoch, 'both in the same epoch')
    assert.deepEqual([a.taken, b.taken], [b.sent, a.sent], 'all is delivered')
  }
  return {
    codes: ends.map(({ code }) => code),
    moves,
  }
}

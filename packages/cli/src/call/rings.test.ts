import assert from 'node:assert/strict'
import { setImmediate as turn } from 'node:timers/promises'
import { test } from 'node:test'
import { HufuError } from '@hufu/protocol/wire'
import type { CallIdentity, RingingCall } from '@hufu/terminal'
import type { Output } from '../output.ts'
import { ringsHere, type Others, type Rings } from './rings.ts'

const key = {
  kind: 'software',
  keyId: new Uint8Array(32),
  pinned: 'new',
  sinceUnixMs: 0,
} as const

/** Rings at a terminal where somebody types, and what is shown there. */
function here(): { rings: Rings; notes: string[]; events: unknown[]; pass: (ms: number) => void } {
  const notes: string[] = []
  const events: unknown[] = []
  let now = 0
  const output = {
    note: (text: string) => notes.push(text),
    event: async (event: unknown) => events.push(event),
  } as unknown as Output
  return {
    rings: ringsHere(output, () => now),
    notes,
    events,
    pass: (ms) => (now += ms),
  }
}

/** Somebody who calls. */
function calling(from: string, how: Partial<CallIdentity> | 'ERR_CERT_EXPIRED' = {}) {
  const stop = new AbortController()
  let declined = 0
  let busy = 0
  const ring = {
    call: new Uint8Array(16),
    from,
    caller: typeof how === 'string' ? how : { user: from, ...key, ...how },
    ringMs: 45_900,
    signal: stop.signal,
    decline: () => (declined += 1),
    busy: () => (busy += 1),
  } as unknown as RingingCall
  return { ring, stop, declined: () => declined, busy: () => busy }
}

const { signal } = new AbortController()

/** Talks until `act` is done. */
const beside = (rings: Rings, act: (others: Others) => void): Promise<void> =>
  rings.beside(true, async (others) => act(others))

test('one after the other, with the time that is left', async () => {
  const { rings, notes, pass } = here()
  const [bob, cy] = [calling('bob@x'), calling('cy@x')]
  let idle = 0
  const first = rings.next(signal, () => (idle += 1))
  await turn()
  assert.equal(idle, 1)
  rings.rang(bob.ring)
  rings.rang(cy.ring)
  assert.equal((await first).ring, bob.ring)
  pass(40_000)
  const second = await rings.next(signal)
  assert.deepEqual([second.ring, second.secondsLeft()], [cy.ring, 5])
  assert.deepEqual(notes, [], 'whoever is asked shows them')
})

test('waiting ends with its signal', async () => {
  const { rings } = here()
  const stop = new AbortController()
  const next = rings.next(stop.signal)
  stop.abort()
  await assert.rejects(next, { code: 'ERR_INTERRUPTED' })
})

test('beside a talk whoever calls is shown with a key, and is taken first once it is over', async () => {
  const { rings, notes, events } = here()
  const [bob, cy] = [calling('bob@x'), calling('cy@x')]
  rings.rang(bob.ring)
  await beside(rings, (others) => {
    assert.match(notes.join('\n'), /bob@x calls too; certified: a software key/)
    rings.rang(cy.ring)
    others.reject()
    assert.equal(others.answer(), true)
  })
  assert.deepEqual([bob.declined(), cy.declined()], [1, 0])
  assert.deepEqual([rings.count, rings.taken], [1, 1])
  const taken = await rings.next(signal)
  assert.deepEqual([taken.ring, taken.isTaken], [cy.ring, true])
  assert.deepEqual(
    events.map((event) => (event as { event: string }).event),
    ['waits', 'waits'],
  )
})

test('what came between is asked about again, unless it rings no longer', async () => {
  const { rings } = here()
  const [bob, cy] = [calling('bob@x'), calling('cy@x')]
  rings.rang(bob.ring)
  rings.rang(cy.ring)
  const first = await rings.next(signal)
  rings.back(first)
  assert.equal(await rings.next(signal), first)
  bob.stop.abort()
  rings.back(first)
  assert.equal((await rings.next(signal)).ring, cy.ring)
  assert.equal(rings.count, 0)
})

test('whoever is known by the same key hears that one is in a call, and nobody else', async () => {
  const { rings } = here()
  const [known, stranger] = [calling('bob@x', { pinned: 'same' }), calling('cy@x')]
  const [other, bad] = [calling('di@x', { pinned: 'changed' }), calling('ed@x', 'ERR_CERT_EXPIRED')]
  const all = [known, stranger, other, bad]
  rings.rang(calling('fay@x', { pinned: 'same' }).ring)
  assert.equal((await rings.next(signal)).ring.from, 'fay@x', 'free: asked about')
  await beside(rings, () => {
    for (const { ring } of all) rings.rang(ring)
  })
  assert.deepEqual(
    all.map(({ busy }) => busy()),
    [1, 0, 0, 0],
  )
})

test('nobody is taken unasked whose key is another, or is not good', async () => {
  const { rings, notes } = here()
  rings.rang(calling('bob@x', { pinned: 'changed' }).ring)
  await beside(rings, (others) => assert.equal(others.answer(), false))
  assert.match(notes.at(-1)!, /another key/)
  const other = here()
  other.rings.rang(calling('bob@x', 'ERR_CERT_EXPIRED').ring)
  await beside(other.rings, (others) => assert.equal(others.answer(), false))
  assert.match(other.notes.at(-1)!, /cannot be verified/)
})

test('who gives up is said to have called, and is not asked about', async () => {
  const { rings, notes, events } = here()
  const bob = calling('bob@x')
  await beside(rings, (others) => {
    rings.rang(bob.ring)
    bob.stop.abort(new HufuError('ERR_CALL_NO_ANSWER'))
    assert.equal(others.answer(), false)
  })
  assert.equal(rings.count, 0)
  assert.ok(notes.some((note) => /^bob@x rings no longer: .*ERR_CALL_NO_ANSWER/.test(note)))
  assert.deepEqual(events.at(-1), {
    event: 'missed',
    from: 'bob@x',
    call: '00'.repeat(16),
    code: 'ERR_CALL_NO_ANSWER',
  })
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hex, random } from '@hufu/protocol/crypto'
import type { UnixMs } from '../clock.ts'
import { countGuess, forgiveGuesses, sweepGuesses } from './guesses.ts'
import { claimName, nameOwner, sweepNames, touchNames } from './names.ts'
import {
  createSession,
  leaveSession,
  sessionMembers,
  surplusSessions,
  sweepSessions,
  touchSessions,
} from './sessions.ts'
import { countOpenSlots, endNoSlot, endSlot, findSlot, openSlot, sweepSlots } from './slots.ts'
import { keyedStore, type Store } from './store.ts'

/** A store for one test: opened, and opened again on the same data after a close. */
export interface StoreUnderTest {
  open(): Promise<Store>
}

const now = 1_000_000 as UnixMs
const later = (ms: number): UnixMs => (now + ms) as UnixMs

/** Every store must pass this. `fresh` gives one on no data. */
export function storeContract(name: string, fresh: () => StoreUnderTest): void {
  const on = (
    title: string,
    run: (store: Store, again: () => Promise<Store>) => Promise<void>,
  ): void => {
    test(`${name}: ${title}`, async () => {
      const under = fresh()
      let store = await under.open()
      await run(store, async () => {
        await store.close()
        store = await under.open()
        return store
      })
      await store.close()
    })
  }

  on('keeps its id over a restart, and is usable after it is compacted', async (store, again) => {
    const { serverId } = store
    assert.equal(serverId.length, 16)
    await store.compact()
    assert.equal(await store.usable(), true)
    assert.deepEqual((await again()).serverId, serverId)
  })

  on('hides texts by their kind, under a key', async (store) => {
    const [key, other] = [random(32), random(32)]
    const keyed = keyedStore(store, key)
    const hidden = keyed.keyOf('name', 'workshop')
    assert.notDeepEqual(hidden, keyed.keyOf('source', 'workshop'))
    assert.notDeepEqual(hidden, keyedStore(store, other).keyOf('name', 'workshop'))
    assert.deepEqual(keyedStore(store, key).keyOf('name', 'workshop'), hidden)
  })

  on('opens a number once, until it has rested', async (store) => {
    const slot = slotOf('4821')
    assert.equal(await store.write('soon', (db) => openSlot(db, slot)), true)
    assert.equal(await store.write('soon', (db) => openSlot(db, slot)), false)
    const afterRest = { ...slot, opened: slot.restsUntil as UnixMs, terminal: random(32) }
    assert.equal(await store.write('soon', (db) => openSlot(db, afterRest)), true)
    const found = await store.read((db) => findSlot(db, '4821'))
    assert.deepEqual(found?.terminal, afterRest.terminal)
  })

  on('lets only one of several end a slot, and none after it expired', async (store) => {
    const end = { as: 'burned', now, restsUntil: later(9_000) } as const
    await store.write('soon', (db) => openSlot(db, slotOf('4821')))
    await store.write('soon', (db) => openSlot(db, slotOf('4822')))
    const both = await Promise.all([
      store.write('durable', (db) => endSlot(db, '4821', end)),
      store.write('durable', (db) => endSlot(db, '4821', end)),
    ])
    assert.deepEqual(both.toSorted(), [false, true])
    const tooLate = { ...end, now: later(600) }
    assert.equal(await store.write('soon', (db) => endSlot(db, '4822', tooLate)), false)
    assert.equal((await store.read((db) => findSlot(db, '4821')))?.state, 'burned')
  })

  on('counts open slots, in all and by source', async (store) => {
    const source = random(32)
    for (const number of ['1001', '1002', '1003'])
      await store.write('soon', (db) =>
        openSlot(db, { ...slotOf(number), ...(number === '1001' ? {} : { source }) }),
      )
    const end = { as: 'closed', now, restsUntil: later(9_000) } as const
    await store.write('soon', (db) => endSlot(db, '1002', end))
    const count = (at: UnixMs): Promise<unknown> =>
      store.read((db) => countOpenSlots(db, source, at))
    assert.deepEqual(await count(now), { all: 2, ofSource: 1 })
    assert.deepEqual(await count(later(600)), { all: 0, ofSource: 0 })
    await store.write('soon', (db) => sweepSlots(db, later(9_000)))
    assert.equal(await store.read((db) => findSlot(db, '1002')), undefined)
  })

  on('ends no slot, however often', async (store) => {
    await store.write('soon', (db) => openSlot(db, slotOf('4821')))
    for (const ms of [0, 1, 2])
      await store.write('durable', (db) =>
        endNoSlot(db, { fresh: random(32), now: later(ms), restsUntil: later(9_000) }),
      )
    assert.equal((await store.read((db) => findSlot(db, '4821')))?.state, 'open')
    const counted = await store.read((db) => countOpenSlots(db, random(32), now))
    assert.deepEqual(counted, { all: 1, ofSource: 0 })
  })

  on('gives a name to one terminal, renews it, and frees it', async (store) => {
    const [name, mine, theirs] = [random(32), random(32), random(32)]
    const claim = (terminal: Uint8Array, at: UnixMs, most = 2): Promise<string> =>
      store.write('durable', (db) =>
        claimName(db, { name, terminal, now: at, voidBefore: at - 1_000, most }),
      )
    assert.equal(await claim(mine, now), 'claimed')
    assert.equal(await claim(theirs, later(500)), 'taken')
    assert.equal(await claim(mine, later(900)), 'claimed')
    assert.equal(await claim(theirs, later(1_500)), 'taken')
    await store.write('soon', (db) => touchNames(db, [name], later(1_800)))
    assert.equal(await claim(theirs, later(2_700)), 'taken')
    assert.equal(await claim(theirs, later(2_800)), 'claimed')
    assert.deepEqual(await store.read((db) => nameOwner(db, name, later(2_000))), theirs)
    await store.write('soon', (db) => sweepNames(db, later(2_800)))
    assert.equal(await store.read((db) => nameOwner(db, name, 0)), undefined)
  })

  on('gives a terminal so many names and no more', async (store) => {
    const terminal = random(32)
    const claim = (name: Uint8Array): Promise<string> =>
      store.write('soon', (db) => claimName(db, { name, terminal, now, voidBefore: 0, most: 2 }))
    const first = random(32)
    assert.equal(await claim(first), 'claimed')
    assert.equal(await claim(random(32)), 'claimed')
    assert.equal(await claim(random(32)), 'full')
    assert.equal(await claim(first), 'claimed')
  })

  on('counts guesses up to a limit, over a restart, and forgives them', async (store, again) => {
    const against = random(32)
    const ids = [random(16), random(16)]
    const guess = (on: Store, id: Uint8Array, at = now): Promise<boolean> =>
      on.write('durable', (db) =>
        countGuess(db, [{ against, since: at - 1_000, most: 2 }], [id], at),
      )
    assert.equal(await guess(store, ids[0]!), true)
    assert.equal(await guess(store, ids[1]!), true)
    const reopened = await again()
    assert.equal(await guess(reopened, random(16)), false)
    await reopened.write('soon', (db) => forgiveGuesses(db, [ids[0]!]))
    assert.equal(await guess(reopened, random(16)), true)
    assert.equal(await guess(reopened, random(16)), false)
    assert.equal(await guess(reopened, random(16), later(1_000)), true)
    await reopened.write('soon', (db) => sweepGuesses(db, later(1_000)))
    assert.equal(await guess(reopened, random(16), later(1_000)), true)
  })

  on('counts against no limit if one of them is used up', async (store) => {
    const [used, free] = [random(32), random(32)]
    const limit = (against: Uint8Array): { against: Uint8Array; since: number; most: number } => ({
      against,
      since: 0,
      most: 1,
    })
    const guess = (...against: readonly Uint8Array[]): Promise<boolean> =>
      store.write('soon', (db) => countGuess(db, against.map(limit), [random(16), random(16)], now))
    assert.equal(await guess(used), true)
    assert.equal(await guess(free, used), false)
    assert.equal(await guess(free), true)
  })

  on('keeps sessions and their members until the last has left', async (store, again) => {
    const [id, a, b] = [random(16), random(32), random(32)]
    await store.write('soon', (db) => createSession(db, id, [a, b], now))
    const reopened = await again()
    const members = async (): Promise<unknown> => {
      const rows = await reopened.read((db) => sessionMembers(db, id))
      return rows.map(({ index, terminal, left }) => [index, hex(terminal), left])
    }
    assert.deepEqual(await members(), [
      [0, hex(a), false],
      [1, hex(b), false],
    ])
    await reopened.write('soon', (db) => leaveSession(db, id, 0, now))
    assert.deepEqual(await members(), [
      [0, hex(a), true],
      [1, hex(b), false],
    ])
    await reopened.write('soon', (db) => leaveSession(db, id, 1, now))
    assert.deepEqual(await members(), [])
  })

  on('forgets sessions that nobody has used, members and all', async (store) => {
    const [used, unused, terminal] = [random(16), random(16), random(32)]
    for (const id of [used, unused])
      await store.write('soon', (db) => createSession(db, id, [terminal, random(32)], now))
    await store.write('soon', (db) => touchSessions(db, [used], later(10)))
    assert.deepEqual(await store.read((db) => surplusSessions(db, terminal, 1)), [unused])
    assert.deepEqual(await store.read((db) => surplusSessions(db, terminal, 2)), [])
    await store.write('soon', (db) => sweepSessions(db, now))
    assert.deepEqual(await store.read((db) => sessionMembers(db, unused)), [])
    assert.equal((await store.read((db) => sessionMembers(db, used))).length, 2)
  })

  on('a write that fails changes nothing, and spoils no other of its moment', async (store) => {
    const number = (n: number): string => String(1_000 + n)
    const outcomes = await Promise.allSettled(
      Array.from({ length: 9 }, (_, n) =>
        store.write('durable', async (db) => {
          await openSlot(db, slotOf(number(n)))
          if (n === 4) throw new Error('this one fails')
        }),
      ),
    )
    for (const [n, { status }] of outcomes.entries()) {
      assert.equal(status, n === 4 ? 'rejected' : 'fulfilled')
      const row = await store.read((db) => findSlot(db, number(n)))
      assert.equal(row === undefined, n === 4)
    }
  })

  on('answers while it is open, and not afterwards', async (store, again) => {
    assert.equal(await store.usable(), true)
    await again()
    assert.equal(await store.usable(), false)
  })
}

function slotOf(number: string): Parameters<typeof openSlot>[1] {
  return {
    number,
    terminal: random(32),
    source: random(32),
    opened: now,
    expires: later(600),
    restsUntil: later(4_200),
  }
}

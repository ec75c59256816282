import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openSlot } from '../store/slots.ts'
import { testDesk } from './admin.testing.ts'

interface Limit {
  readonly name: string
  readonly value: number
  readonly used: number | null
}

test('limits for the whole server stand beside what is in use of them', async (t) => {
  const desk = await testDesk(t, { slots: 7 })
  const bearer = await desk.first()
  const now = desk.clock.wall()
  const slot = { terminal: new Uint8Array(32), source: new Uint8Array(32), opened: now }
  await desk.store.write('soon', async (db) => {
    for (const [number, lifetime] of [
      ['11', 60_000],
      ['12', 60_000],
      ['13', 1],
    ] as const)
      await openSlot(db, { ...slot, number, expires: now + lifetime, restsUntil: now + 90_000 })
  })
  desk.clock.advance(1_000)
  const { json } = await desk.ask('GET /status', { bearer })
  const limits = json['limits'] as readonly Limit[]
  const used = new Map(limits.map((each) => [each.name, [each.used, each.value]]))
  assert.deepEqual(used.get('slots'), [2, 7])
  assert.deepEqual(used.get('connections'), [3, desk.config.connections])
  assert.deepEqual(used.get('slotsPerSource'), [null, desk.config.slotsPerSource])
})

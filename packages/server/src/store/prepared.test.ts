import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { prepared } from './prepared.ts'
import type { Db } from './schema.ts'
import { queriesOn } from './sqlite.ts'

function memory(): Db {
  return queriesOn(new DatabaseSync(':memory:'))
}

test('a prepared query is built once for a database, and run with the parameters of each call', async () => {
  let built = 0
  const pick = prepared((db, given: { readonly name: string; readonly n: number }) => {
    built += 1
    return db.selectNoFrom((eb) => [
      eb.val(given.name).as('name'),
      eb.val(given.n).as('n'),
      eb.val('fixed').as('fixed'),
      eb.val(given.name).as('again'),
    ])
  })
  const [first, second] = [memory(), memory()]
  for (const [name, n] of [
    ['one', 1],
    ['two', 2],
  ] as const) {
    const { rows } = await pick(first, { name, n })
    assert.deepEqual({ ...rows[0] }, { name, n, fixed: 'fixed', again: name })
  }
  const inside = await first.transaction().execute((db) => pick(db, { name: 'three', n: 3 }))
  assert.equal(inside.rows[0]?.name, 'three')
  assert.equal(built, 1)
  await pick(second, { name: 'one', n: 1 })
  assert.equal(built, 2)
  await first.destroy()
  await second.destroy()
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testDesk } from './admin.testing.ts'

interface Page {
  readonly entries: readonly { readonly seq: number; readonly action: string }[]
  readonly next: number | null
}

test('the audit record is paged through, the newest first, to its end', async (t) => {
  const desk = await testDesk(t)
  const bearer = await desk.first()
  for (let n = 0; n < 3; n += 1) await desk.token(bearer, 'status.read')
  const seen: number[] = []
  let before = ''
  for (let requests = 0; requests < 9; requests += 1) {
    const { json } = await desk.ask(`GET /audit?limit=2${before}`, { bearer })
    const { entries, next } = json as unknown as Page
    seen.push(...entries.map(({ seq }) => seq))
    if (next === null) break
    before = `&before=${next}`
  }
  assert.deepEqual(
    seen,
    seen.map((_, at) => seen.length - at),
  )
  assert.equal(seen.at(-1), 1)
})

test('only what fits is shown, by actor, action, object and outcome', async (t) => {
  const desk = await testDesk(t)
  const ada = await desk.first()
  const max = await desk.invite(ada, 'max', 'auditor')
  const token = await desk.token(ada, 'audit.read')
  await desk.ask('GET /status', { bearer: token })
  await desk.ask('POST /vault/rotate', { bearer: max })
  const { json } = await desk.ask('GET /session', { bearer: token })
  const { id } = json['token'] as { readonly id: string }
  for (const [query, actions] of [
    ['actor=max', ['access.refused', 'operator.setup']],
    ['actor=operator:max', ['access.refused', 'operator.setup']],
    [`actor=${id}`, ['access.refused']],
    ['action=token.create', ['token.create']],
    ['object=max', ['operator.setup', 'operator.add']],
    ['object=operation', ['access.refused', 'access.refused']],
    ['outcome=refused', ['access.refused', 'access.refused']],
    ['outcome=ERR_FORBIDDEN&actor=max', ['access.refused']],
    ['outcome=ERR_BUSY', []],
  ] as const) {
    const answer = await desk.ask(`GET /audit?${query}`, { bearer: ada })
    const { entries, next } = answer.json as unknown as Page
    assert.deepEqual(
      entries.map(({ action }) => action),
      actions,
      query,
    )
    assert.equal(next, null)
  }
})

test('a search stops after so many entries, and goes on from there', async (t) => {
  const desk = await testDesk(t)
  const bearer = await desk.first()
  await desk.store.write('soon', async (db) => {
    const { seq } = await db
      .selectFrom('audit_entries')
      .select('seq')
      .orderBy('seq', 'desc')
      .limit(1)
      .executeTakeFirstOrThrow()
    const row = { actor: 'server', action: 'server.stop', object_kind: 'server', object_id: '' }
    const rest = { at: 0, outcome: 'done', detail: '{}', hash: new Uint8Array(32) }
    for (let from = seq + 1; from <= seq + 20_100; from += 100)
      await db
        .insertInto('audit_entries')
        .values(Array.from({ length: 100 }, (_, n) => ({ seq: from + n, ...row, ...rest })))
        .execute()
  })
  const first = await desk.ask('GET /audit?action=operator.setup', { bearer })
  const { entries, next } = first.json as unknown as Page
  assert.deepEqual(entries, [])
  assert.ok(next !== null)
  const second = await desk.ask(`GET /audit?action=operator.setup&before=${next}`, { bearer })
  assert.equal((second.json as unknown as Page).entries.length, 1)
})

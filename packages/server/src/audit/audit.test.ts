import assert from 'node:assert/strict'
import { appendFileSync, readFileSync, rmSync, statSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { Secret, unhex } from '@hufu/protocol/crypto'
import { testFolder } from '../server.testing.ts'
import { recorderIn, someEntry, tamper, testKey } from './audit.testing.ts'
import { entryHash, NOTHING } from './chain.ts'
import type { AuditEntry } from './entry.ts'
import { exportAudit, type ExportRange } from './export.ts'
import { readMark } from './mark.ts'
import { verifyAudit } from './verify.ts'

describe('recording', () => {
  test('belongs to the transaction of what it tells of', async () => {
    const folder = testFolder()
    const { store, audit, close } = await recorderIn(folder)
    const put = (name: string, fails: boolean): Promise<number> =>
      store.write('soon', async (db) => {
        await db
          .insertInto('meta')
          .values({ name, value: new Uint8Array(1) })
          .execute()
        const seq = await audit.record(db, someEntry(1))
        if (fails) throw new Error('no')
        return seq
      })
    assert.equal(await put('one', false), 1)
    await assert.rejects(put('two', true), /no/)
    assert.equal(await put('three', false), 2)
    await close()
    const { entries, fault } = await verifyAudit(folder)
    assert.deepEqual([entries, fault], [2, undefined])
  })

  test('by many at the same moment, some of which fail, makes one chain without gaps', async () => {
    const folder = testFolder()
    const { store, audit, close } = await recorderIn(folder, { auditMarkEntries: 7 })
    const wrote = await Promise.allSettled(
      Array.from({ length: 600 }, (_, n) =>
        store.write(n % 2 === 0 ? 'soon' : 'durable', async (db) => {
          const seq = await audit.record(db, someEntry(n))
          if (n % 97 === 13) throw new Error('no')
          return seq
        }),
      ),
    )
    const numbers = wrote.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
    assert.deepEqual(
      numbers.toSorted((a, b) => a - b),
      numbers.map((_, at) => at + 1),
    )
    await close()
    const { entries, marked, fault } = await verifyAudit(folder)
    assert.deepEqual([entries, marked, fault], [numbers.length, numbers.length, undefined])
  })

  test('takes nothing that its action does not list', async () => {
    const { store, audit, close } = await recorderIn(testFolder())
    const good = someEntry(1)
    const secret = new Secret(new Uint8Array(32))
    const bad: readonly unknown[] = [
      { ...good, detail: { ...good.detail, key: 'aGV4' } },
      { ...good, detail: { version: '1' } },
      { ...good, detail: { version: secret, node: '24' } },
      { ...good, detail: { version: '1', node: new Uint8Array(32) } },
      { ...good, detail: { version: 'x'.repeat(33), node: '24' } },
      { ...good, actor: 'somebody' },
      { ...good, actor: 'operator:' },
      { ...good, actor: 'operator:a\nb' },
      { ...good, object: { kind: 'audit', id: '' } },
      { ...good, object: { kind: 'server', id: 'x'.repeat(255) } },
      {
        ...good,
        action: 'server.config',
        detail: { changed: ['metricsToken', 'what a metricsToken is'] },
      },
    ]
    for (const entry of bad)
      await assert.rejects(
        store.write('soon', (db) => audit.record(db, entry as AuditEntry)),
        { code: 'ERR_CALL_ORDER' },
      )
    await close()
  })

  test('has no type for a secret', () => {
    const secret = new Secret(new Uint8Array(32))
    const about = {
      actor: 'server',
      object: { kind: 'server', id: '' },
      outcome: 'done',
    } as const
    const refused: readonly AuditEntry[] = [
      // @ts-expect-error a secret is no text
      { ...about, action: 'server.start', detail: { version: secret, node: '' } },
      // @ts-expect-error nor are octets
      { ...about, action: 'server.start', detail: { version: new Uint8Array(1), node: '' } },
      // @ts-expect-error what is not listed has no place
      { ...about, action: 'server.start', detail: { version: '', node: '', password: '' } },
      // @ts-expect-error not even where nothing is listed
      { ...about, action: 'server.stop', detail: { password: '' } },
      // @ts-expect-error names of settings, not what they are set to
      { ...about, action: 'server.config', detail: { changed: ['hunter2'] } },
      // @ts-expect-error the list is closed
      { ...about, action: 'server.dance', detail: {} },
    ]
    assert.equal(refused.length, 6)
  })
})

describe('marks', () => {
  test('stand after so many entries, after so long, and at the end; in table, file and nowhere twice', async () => {
    const folder = testFolder()
    const { audit, clock, record, close } = await recorderIn(folder, {
      auditMarkEntries: 10,
      auditMarkMs: 60_000,
    })
    await record(25)
    await audit.mark()
    assert.deepEqual(marked(folder), [10, 20, 25])
    await record(3)
    clock.advance(60_000)
    await record(1)
    clock.advance(59_999)
    await record(1)
    await close()
    assert.deepEqual(marked(folder), [10, 20, 25, 28, 30])
    const { marks, fault } = await verifyAudit(folder)
    assert.deepEqual([marks, fault], [10, undefined])
    assert.equal(statSync(join(folder, 'audit.marks')).mode & 0o777, 0o600)
  })

  test('that a killed server had only in the table, or half in the file, get there', async () => {
    for (const spoil of [
      (path: string) => rmSync(path),
      (path: string) => truncateSync(path, statSync(path).size - 30),
      (path: string) => appendFileSync(path, 'hufu-mark.9.'),
    ]) {
      const folder = testFolder()
      const first = await recorderIn(folder, { auditMarkEntries: 2 })
      await first.record(6)
      await first.close()
      spoil(join(folder, 'audit.marks'))
      assert.equal((await verifyAudit(folder)).fault, undefined)
      const second = await recorderIn(folder)
      await second.close()
      assert.deepEqual(marked(folder), [2, 4, 6])
    }
  })

  test('are of one key for as long as the folder lives', async () => {
    const folder = testFolder()
    const first = await recorderIn(folder)
    await first.record(1)
    await first.close()
    await assert.rejects(recorderIn(folder, { key: testKey(8) }), { code: 'ERR_AUDIT_KEY' })
    await (await recorderIn(folder)).close()
  })

  test('are read from their text only', () => {
    const good = `hufu-mark.1.2.stands.${'A'.repeat(43)}.${'A'.repeat(43)}.${'A'.repeat(86)}`
    assert.equal(readMark(good)?.seq, 1)
    for (const bad of ['', 'x', `${good}.`, good.replace('.1.', '.01.'), good.slice(0, -1)])
      assert.equal(readMark(bad), undefined, bad)
    assert.equal(readMark(good.replace('stands', 'falls')), undefined)
  })
})

describe('retention', () => {
  const HOUR = 3_600_000

  test('drops what is old up to a mark, records that, and the rest is still good', async () => {
    const folder = testFolder()
    const { audit, clock, record, close } = await recorderIn(folder, { auditDays: 1 })
    await record(10)
    await audit.mark()
    clock.advance(12 * HOUR)
    await record(10)
    await audit.mark()
    await audit.sweep()
    assert.equal((await verifyAudit(folder)).first, 1)
    clock.advance(13 * HOUR)
    await record(2)
    await audit.sweep()
    await audit.sweep()
    await close()
    const { first, last, entries, fault } = await verifyAudit(folder)
    assert.deepEqual([first, last, entries, fault], [11, 23, 13, undefined])
    const dropped = exported(folder).find(({ action }) => action === 'audit.drop')
    assert.deepEqual(dropped?.detail, { through: 10, entries: 10, days: 1 })
    tamper(folder, (database) => {
      assert.deepEqual(
        { ...database.prepare('SELECT min(seq) AS first FROM audit_entries').get() },
        { first: 11 },
      )
      database.exec('DELETE FROM audit_entries WHERE seq = 11')
    })
    assert.deepEqual((await verifyAudit(folder)).fault, { is: 'missing', seq: 11, through: 11 })
  })

  test('that nobody signed is no beginning', async () => {
    const folder = testFolder()
    const { audit, record, close } = await recorderIn(folder)
    await record(10)
    await audit.mark()
    await record(10)
    await close()
    tamper(folder, (database) =>
      database.exec(
        'UPDATE audit_marks SET begins = 1 WHERE seq = 10; DELETE FROM audit_entries WHERE seq <= 10',
      ),
    )
    assert.deepEqual((await verifyAudit(folder)).fault, {
      is: 'forged-mark',
      seq: 10,
      by: 'table',
    })
  })

  test('of 0 days keeps all', async () => {
    const folder = testFolder()
    const { audit, clock, record, close } = await recorderIn(folder, { auditDays: 0 })
    await record(3)
    await audit.mark()
    clock.advance(10_000 * 24 * HOUR)
    await audit.sweep()
    await close()
    assert.equal((await verifyAudit(folder)).entries, 3)
  })
})

describe('an export', () => {
  test('has all that the chain is made of', async () => {
    const folder = testFolder()
    const { clock, record, close } = await recorderIn(folder)
    await record(1_500)
    clock.advance(77)
    await record(10)
    await close()
    const lines = exported(folder).map((entry) => JSON.stringify(entry))
    let previous = NOTHING
    for (const line of lines) {
      const entry = JSON.parse(line) as ReturnType<typeof exported>[number]
      previous = entryHash(previous, {
        ...entry,
        at: Date.parse(entry.time),
        objectKind: entry.object.kind,
        objectId: entry.object.id,
        detail: JSON.stringify(entry.detail),
      })
      assert.deepEqual(previous, unhex(entry.hash))
    }
    assert.equal(lines.length, 1_510)
  })

  test('keeps to its range, while the server goes on', async () => {
    const folder = testFolder()
    const { clock, record, close } = await recorderIn(folder)
    const start = clock.wall()
    await record(5)
    clock.advance(1_000)
    await record(5)
    const numbers = (range: ExportRange): readonly number[] =>
      exported(folder, range).map(({ seq }) => seq)
    assert.deepEqual(numbers({ from: 3, to: 6 }), [3, 4, 5, 6])
    assert.deepEqual(numbers({ since: start + 1_000 }), [6, 7, 8, 9, 10])
    assert.deepEqual(numbers({ until: start, from: 4 }), [4, 5])
    assert.deepEqual(numbers({ from: 11 }), [])
    await close()
  })

  test('of a folder without a record is refused, and so is a check', async () => {
    const folder = testFolder()
    assert.throws(() => exported(folder), { code: 'ERR_DATA_FOLDER' })
    await assert.rejects(verifyAudit(folder), { code: 'ERR_DATA_FOLDER' })
  })
})

function exported(folder: string, range?: ExportRange) {
  return [...exportAudit(folder, range)].flat()
}

function marked(folder: string): readonly (number | undefined)[] {
  const text = readFileSync(join(folder, 'audit.marks'), 'utf8').trimEnd()
  return text.split('\n').map((line) => readMark(line)?.seq)
}

import assert from 'node:assert/strict'
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { before, describe, test } from 'node:test'
import fc from 'fast-check'
import { testFolder } from '../server.testing.ts'
import { recorderIn, tamper, testKey } from './audit.testing.ts'
import { entryHash } from './chain.ts'
import { signMark, readMark, markText, type Mark } from './mark.ts'
import type { Fault } from './fault.ts'
import { openSource } from './source.ts'
import { verifyAudit, type Kept } from './verify.ts'

/** Entries of the record under test, and after how many each mark stands. */
const ENTRIES = 24
const MARKED = 6
const RUNS = { numRuns: 40 }

let untouched: string
before(async () => {
  untouched = testFolder()
  const recorder = await recorderIn(untouched)
  for (let n = 0; n < ENTRIES; n += MARKED) {
    await recorder.record(MARKED)
    recorder.clock.advance(60_000)
    await recorder.audit.mark()
  }
  await recorder.close()
})

/** What is wrong with a copy of the record after `work`. */
async function faultAfter(
  work: (database: DatabaseSync, folder: string) => void,
  kept?: Kept,
): Promise<Fault | undefined> {
  const folder = testFolder()
  cpSync(untouched, folder, { recursive: true })
  tamper(folder, (database) => work(database, folder))
  const { fault } = await verifyAudit(folder, kept)
  rmSync(folder, { recursive: true })
  return fault
}

const place = fc.integer({ min: 1, max: ENTRIES })

describe('an audit record that', () => {
  test('nobody touched is good', async () => {
    const verdict = await verifyAudit(untouched)
    assert.deepEqual(
      { ...verdict, publicKey: undefined },
      {
        entries: ENTRIES,
        first: 1,
        last: ENTRIES,
        marks: 8,
        marked: ENTRIES,
        restores: [],
        publicKey: undefined,
        fault: undefined,
      },
    )
    assert.deepEqual(verdict.publicKey, testKey().publicKey)
    assert.equal(await faultAfter(() => undefined), undefined)
  })

  test('has another value anywhere names the entry', async () => {
    const columns = ['at', 'actor', 'action', 'object_kind', 'object_id', 'outcome', 'detail']
    const value = fc.oneof(
      fc.string(),
      fc.maxSafeInteger(),
      fc.double(),
      fc.constant(null),
      fc.uint8Array(),
      fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    )
    const column = fc.constantFrom(...columns, 'hash')
    await fc.assert(
      fc.asyncProperty(place, column, value, async (seq, column, value) => {
        let changed = false
        const fault = await faultAfter((database) => {
          const read = database.prepare(
            `SELECT ${column} AS value, typeof(${column}) AS type FROM audit_entries WHERE seq = ?`,
          )
          read.setReadBigInts(true)
          const shown = (): string => Object.values(read.get(seq)!).join()
          const before = shown()
          try {
            database.prepare(`UPDATE audit_entries SET ${column} = ? WHERE seq = ?`).run(value, seq)
          } catch {
            return // null, where none may be
          }
          changed = shown() !== before
        })
        assert.deepEqual(fault, changed ? { is: 'changed', seq } : undefined)
      }),
      RUNS,
    )
  })

  test('lost entries from its middle names them', async () => {
    await fc.assert(
      fc.asyncProperty(place, place, async (a, b) => {
        const [from, to] = [Math.min(a, b), Math.min(Math.max(a, b), ENTRIES - 1)]
        fc.pre(from <= to)
        const fault = await faultAfter((database) =>
          database.prepare('DELETE FROM audit_entries WHERE seq BETWEEN ? AND ?').run(from, to),
        )
        assert.deepEqual(fault, { is: 'missing', seq: from, through: to })
      }),
      RUNS,
    )
  })

  test('had two entries swapped names the first, wherever their hashes went', async () => {
    await fc.assert(
      fc.asyncProperty(place, place, fc.boolean(), async (a, b, hashes) => {
        fc.pre(a !== b)
        const [first, second] = [Math.min(a, b), Math.max(a, b)]
        const fault = await faultAfter((database) => {
          const columns = `at, actor, action, object_kind, object_id, outcome, detail${hashes ? ', hash' : ''}`
          database.exec(`
            CREATE TEMP TABLE kept AS SELECT * FROM audit_entries;
            UPDATE audit_entries SET (${columns}) = (SELECT ${columns} FROM kept WHERE seq = ${second}) WHERE seq = ${first};
            UPDATE audit_entries SET (${columns}) = (SELECT ${columns} FROM kept WHERE seq = ${first}) WHERE seq = ${second}`)
        })
        assert.deepEqual(fault, { is: 'reordered', seq: first, now: second })
      }),
      RUNS,
    )
  })

  test('had an entry moved away names it', async () => {
    await fc.assert(
      fc.asyncProperty(place, fc.integer({ min: 1, max: 99 }), async (seq, by) => {
        const fault = await faultAfter((database) =>
          database.exec(
            `UPDATE audit_entries SET seq = ${ENTRIES + by} WHERE seq = ${seq}; UPDATE audit_head SET seq = ${ENTRIES + by}`,
          ),
        )
        assert.deepEqual(fault, { is: 'reordered', seq, now: ENTRIES + by })
      }),
      RUNS,
    )
  })

  test('lost its end names what is gone', async () => {
    await fc.assert(
      fc.asyncProperty(place, async (seq) => {
        const fault = await faultAfter((database) =>
          database.exec(`DELETE FROM audit_entries WHERE seq >= ${seq}`),
        )
        assert.deepEqual(fault, { is: 'truncated', seq, through: ENTRIES, by: 'head' })
      }),
      RUNS,
    )
  })

  test('lost its end, its head put back, is betrayed by the marks', async () => {
    await fc.assert(
      fc.asyncProperty(place, async (seq) => {
        const fault = await faultAfter((database) => cutOff(database, seq))
        assert.equal(fault?.is, 'truncated')
        assert.deepEqual([fault.seq, fault.by], [seq, 'table'])
      }),
      RUNS,
    )
  })

  test('lost its end and their marks too is betrayed by the file', async () => {
    await fc.assert(
      fc.asyncProperty(place, async (seq) => {
        const fault = await faultAfter((database) => cutOffWithMarks(database, seq))
        assert.equal(fault?.is, 'truncated')
        assert.deepEqual([fault.seq, fault.by], [seq, 'file'])
      }),
      RUNS,
    )
  })

  test('lost end, marks and file is betrayed by a mark that somebody kept, and by nothing else', async () => {
    const lines = marksFile(untouched)
    const last = readMark(lines.at(-1)!)!
    const cut = (database: DatabaseSync, folder: string): void => {
      cutOffWithMarks(database, MARKED + 1)
      writeFileSync(join(folder, 'audit.marks'), `${lines[0]}\n`)
    }
    assert.equal(await faultAfter(cut), undefined)
    const found = { is: 'truncated', seq: MARKED + 1, through: ENTRIES, by: 'given' }
    assert.deepEqual(await faultAfter(cut, { mark: last }), found)
    const copy = join(testFolder(), 'kept.marks')
    writeFileSync(copy, lines.map((line) => `${line}\n`).join(''))
    assert.equal((await faultAfter(cut, { marks: copy }))?.is, 'truncated')
    // given by mistake, another file is not held against the record
    writeFileSync(copy, new Uint8Array([0x7f, 0x45, 0x4c, 0x46, 0x0a, 0x00, 0xff, 0x0a]))
    const unread = { code: 'ERR_FILE_READ', message: /no marks are in it/ }
    await assert.rejects(
      faultAfter(() => undefined, { marks: copy }),
      unread,
    )
  })

  test('was rewritten with all its hashes is betrayed by the next mark', async () => {
    await fc.assert(
      fc.asyncProperty(place, async (seq) => {
        const fault = await faultAfter((database, folder) => {
          database
            .prepare('UPDATE audit_entries SET actor = ? WHERE seq = ?')
            .run('operator:else', seq)
          chainAnew(database, folder)
        })
        const through = Math.ceil(seq / MARKED) * MARKED
        const from = through - MARKED + 1
        assert.deepEqual(fault, { is: 'rewritten', seq: from, through, by: 'table' })
      }),
      RUNS,
    )
  })

  test('has a row of marks with another value names the mark', async () => {
    const column = fc.constantFrom('at', 'hash', 'begins', 'public_key', 'signature')
    const value = fc.oneof(fc.maxSafeInteger(), fc.string(), fc.uint8Array(), fc.constant(2))
    const mark = fc.integer({ min: 1, max: ENTRIES / MARKED }).map((n) => n * MARKED)
    await fc.assert(
      fc.asyncProperty(mark, column, value, async (seq, column, value) => {
        fc.pre(!(column === 'begins' && value === 0))
        const fault = await faultAfter((database) =>
          database.prepare(`UPDATE audit_marks SET ${column} = ? WHERE seq = ?`).run(value, seq),
        )
        assert.deepEqual(fault, { is: 'forged-mark', seq, by: 'table' })
      }),
      RUNS,
    )
  })

  test('has a mark that another key signed names it, in table and file', async () => {
    const serverId = openSource(untouched).serverId
    const [kept] = marksFile(untouched).map((line) => readMark(line)!)
    const forged = signMark(serverId, kept!, testKey(8))
    const inTable = await faultAfter((database) => putMark(database, forged))
    assert.deepEqual(inTable, { is: 'forged-mark', seq: MARKED, by: 'table' })
    const inFile = await faultAfter((_, folder) =>
      writeFileSync(join(folder, 'audit.marks'), `${markText(forged)}\n`),
    )
    assert.deepEqual(inFile, { is: 'forged-mark', seq: MARKED, by: 'file' })
    const garbled = await faultAfter((_, folder) =>
      writeFileSync(join(folder, 'audit.marks'), `what is this\n`),
    )
    assert.equal(garbled?.is, 'forged-mark')
    const given = await faultAfter(() => undefined, {
      mark: forged,
      publicKey: testKey().publicKey,
    })
    assert.deepEqual(given, { is: 'forged-mark', seq: MARKED, by: 'given' })
  })

  test('was signed anew with another key is betrayed by whoever knows the key, or has a mark', async () => {
    const publicKey = testKey().publicKey
    const mark = readMark(marksFile(untouched)[0]!)!
    const work = (database: DatabaseSync, folder: string): void => {
      const { serverId } = openSource(folder)
      const forged = marksFile(folder).map((line) =>
        signMark(serverId, readMark(line)!, testKey(8)),
      )
      for (const one of forged) putMark(database, one)
      database
        .prepare(`UPDATE meta SET value = ? WHERE name = 'audit-key'`)
        .run(testKey(8).publicKey)
      writeFileSync(join(folder, 'audit.marks'), forged.map((one) => `${markText(one)}\n`).join(''))
    }
    assert.equal(await faultAfter(work), undefined)
    assert.deepEqual(await faultAfter(work, { publicKey }), { is: 'key', seq: 0 })
    assert.deepEqual(await faultAfter(work, { mark }), { is: 'key', seq: 0 })
  })

  test('lost a mark of the table only, its head, or got entries behind it, says so', async () => {
    const mark = await faultAfter((database) =>
      database.exec(`DELETE FROM audit_marks WHERE seq = ${MARKED}`),
    )
    assert.deepEqual(mark, { is: 'missing-mark', seq: MARKED })
    const head = await faultAfter((database) => database.exec('DELETE FROM audit_head'))
    assert.deepEqual(head, { is: 'head', seq: ENTRIES })
    const hash = await faultAfter((database) => database.exec(`UPDATE audit_head SET hash = x'00'`))
    assert.deepEqual(hash, { is: 'head', seq: ENTRIES })
    const added = await faultAfter((database, folder) => {
      database.exec(
        `INSERT INTO audit_entries SELECT ${ENTRIES + 1}, at, actor, action, object_kind, object_id, outcome, detail, hash FROM audit_entries WHERE seq = 1`,
      )
      chainAnew(database, folder)
      database.exec(`UPDATE audit_head SET seq = ${ENTRIES}`)
    })
    assert.deepEqual(added, { is: 'added', seq: ENTRIES + 1 })
  })
})

function cutOff(database: DatabaseSync, seq: number): void {
  database.exec(`DELETE FROM audit_entries WHERE seq >= ${seq};
    UPDATE audit_head SET seq = ${seq - 1},
      hash = coalesce((SELECT hash FROM audit_entries WHERE seq = ${seq - 1}), zeroblob(32))`)
}

function cutOffWithMarks(database: DatabaseSync, seq: number): void {
  cutOff(database, seq)
  database.exec(`DELETE FROM audit_marks WHERE seq >= ${seq}`)
}

/** Computes all hashes again, as anybody can who may write to the database. */
function chainAnew(database: DatabaseSync, folder: string): void {
  const source = openSource(folder)
  let previous: Uint8Array = new Uint8Array(32)
  for (const { entry } of source.page(0)) {
    previous = entryHash(previous, entry!)
    database.prepare('UPDATE audit_entries SET hash = ? WHERE seq = ?').run(previous, entry!.seq)
    database.prepare('UPDATE audit_head SET seq = ?, hash = ?').run(entry!.seq, previous)
  }
  source.close()
}

function putMark(database: DatabaseSync, mark: Mark): void {
  database
    .prepare('UPDATE audit_marks SET public_key = ?, signature = ? WHERE seq = ?')
    .run(mark.publicKey, mark.signature, mark.seq)
}

function marksFile(folder: string): readonly string[] {
  return readFileSync(join(folder, 'audit.marks'), 'utf8').trimEnd().split('\n')
}

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync, type SQLOutputValue, type StatementSync } from 'node:sqlite'
import { pathToFileURL } from 'node:url'
import { HufuError } from '@hufu/protocol/wire'
import { NOTHING } from './chain.ts'
import type { EntryRow } from './entry.ts'
import { AUDIT_KEY, type Mark } from './mark.ts'

/** What a row of entries holds, if it can be one at all. */
export type StoredEntry = EntryRow & { readonly hash: Uint8Array }

/** A row as it was found: `entry` undefined if a column holds what none can. */
export interface Found {
  readonly seq: number
  readonly entry: StoredEntry | undefined
}

/** The record in a data folder, as it stood at one moment; it may go on being written meanwhile. */
export interface Source {
  /** 16 octets. */
  readonly serverId: Uint8Array
  /** The key that the record began with, as the table has it; undefined if nothing was ever marked. */
  readonly publicKey: Uint8Array | undefined
  readonly head: { readonly seq: number; readonly hash: Uint8Array } | undefined
  /** A thousand entries at most behind `seq`, in order. */
  page(seq: number): readonly Found[]
  /** The hash that entry `seq` has; undefined if it is not there. */
  hashAt(seq: number): Uint8Array | undefined
  /** The highest number of an entry; 0 if there is none. */
  lastSeq(): number
  /** All marks, in order; undefined for a row that can be none. */
  marks(): Iterable<{ readonly seq: number; readonly mark: Mark | undefined }>
  hasMark(seq: number): boolean
  close(): void
}

/** Entries that are read at a time: some 300 kB. Our choice. */
const PAGE = 1_000
/** Milliseconds that a read waits for whoever recovers the database after a crash. */
const BUSY_MS = 5_000

const COLUMNS = 'seq, at, actor, action, object_kind, object_id, outcome, detail, hash'

/**
 * Opens the record in `folder` for reading only. A server that runs there is neither held up nor needed: in WAL mode a
 * reader sees the moment at which it began, and takes no lock that a writer waits for.
 *
 * @throws {HufuError} `ERR_DATA_FOLDER` if there is no record in it.
 */
export function openSource(folder: string): Source {
  const path = join(folder, 'hufu.db')
  if (!existsSync(path)) throw new HufuError('ERR_DATA_FOLDER', `${folder}: no server has run here`)
  let database: DatabaseSync | undefined
  try {
    database = openReadOnly(path)
    database.exec('BEGIN')
    return sourceOf(database)
  } catch (cause) {
    database?.close()
    throw new HufuError('ERR_DATA_FOLDER', `${path}: no audit record can be read in it`, { cause })
  }
}

/** What the first entry follows: nothing, or what was dropped last. */
export interface Beginning {
  readonly seq: number
  readonly hash: Uint8Array
}

/** Where a record begins. Whether its mark is good is another question. */
export function beginningOf(source: Source): Beginning {
  let begun: Beginning = { seq: 0, hash: NOTHING }
  for (const { mark } of source.marks()) if (mark?.begins === true) begun = mark
  return begun
}

function openReadOnly(path: string): DatabaseSync {
  const options = { readOnly: true, timeout: BUSY_MS }
  const database = new DatabaseSync(path, options)
  try {
    database.prepare('SELECT seq FROM audit_head').all()
    return database
  } catch (error) {
    database.close()
    // a copy on a medium that nobody can write: no side files, and none can be made
    if (existsSync(`${path}-wal`)) throw error
    return new DatabaseSync(new URL('?immutable=1', pathToFileURL(path)), options)
  }
}

function sourceOf(database: DatabaseSync): Source {
  const arrays = (sql: string, bigInts: boolean): StatementSync => {
    const statement = database.prepare(sql)
    statement.setReturnArrays(true)
    statement.setReadBigInts(bigInts)
    return statement
  }
  const page = `SELECT ${COLUMNS} FROM audit_entries WHERE seq > ? ORDER BY seq LIMIT ${PAGE}`
  const entries = arrays(page, false)
  const wideEntries = arrays(page, true)
  // whoever altered the tables may have left a number anywhere, and of any size
  const all = (sql: string): StatementSync => arrays(sql, true)
  const marks = all(
    'SELECT seq, at, hash, begins, public_key, signature FROM audit_marks ORDER BY seq',
  )
  const oneHash = all('SELECT hash FROM audit_entries WHERE seq = ?')
  const oneMark = all('SELECT seq FROM audit_marks WHERE seq = ?')
  const heads = all(`SELECT seq, hash FROM audit_head WHERE id = 'head'`)
  const lasts = all('SELECT max(seq) FROM audit_entries')
  const metas = all('SELECT value FROM meta WHERE name = ?')
  const meta = (name: string): Uint8Array | undefined => octets(row(metas, name)?.[0])
  return {
    serverId: meta('server-id') ?? new Uint8Array(0),
    publicKey: meta(AUDIT_KEY),
    head: headOf(row(heads)),
    page: (seq) => pageOf(entries, wideEntries, seq),
    hashAt: (seq) => octets(row(oneHash, seq)?.[0]),
    lastSeq: () => number(row(lasts)?.[0]) ?? 0,
    *marks() {
      for (const found of marks.iterate() as Iterable<unknown>) {
        const values = found as readonly SQLOutputValue[]
        yield { seq: number(values[0]) ?? Number.MAX_SAFE_INTEGER, mark: markOf(values) }
      }
    },
    hasMark: (seq) => row(oneMark, seq) !== undefined,
    close: () => database.close(),
  }
}

function row(
  statement: StatementSync,
  ...parameters: (string | number)[]
): readonly SQLOutputValue[] | undefined {
  return statement.get(...parameters) as unknown as readonly SQLOutputValue[] | undefined
}

function pageOf(plain: StatementSync, wide: StatementSync, seq: number): readonly Found[] {
  let rows: readonly (readonly SQLOutputValue[])[]
  try {
    rows = plain.all(seq) as unknown as typeof rows
  } catch {
    // a number beyond what JavaScript can hold
    rows = wide.all(seq) as unknown as typeof rows
  }
  return rows.map(foundOf)
}

function foundOf(values: readonly SQLOutputValue[]): Found {
  const seq = number(values[0]) ?? Number.MAX_SAFE_INTEGER
  const at = number(values[1])
  const [, , actor, action, objectKind, objectId, outcome, detail, hash] = values
  const fits =
    at !== undefined &&
    typeof actor === 'string' &&
    typeof action === 'string' &&
    typeof objectKind === 'string' &&
    typeof objectId === 'string' &&
    typeof outcome === 'string' &&
    typeof detail === 'string' &&
    hash instanceof Uint8Array
  if (!fits) return { seq, entry: undefined }
  return {
    seq,
    entry: { seq, at, actor, action, objectKind, objectId, outcome, detail, hash },
  }
}

function markOf(values: readonly SQLOutputValue[]): Mark | undefined {
  const [seq, at, begins] = [values[0], values[1], values[3]].map(number)
  const [hash, publicKey, signature] = [values[2], values[4], values[5]].map(octets)
  if (seq === undefined || at === undefined || (begins !== 0 && begins !== 1)) return undefined
  if (hash === undefined || publicKey === undefined || signature === undefined) return undefined
  return { seq, at, hash, begins: begins === 1, publicKey, signature }
}

function headOf(values: readonly SQLOutputValue[] | undefined): Source['head'] {
  const [seq, hash] = [number(values?.[0]), octets(values?.[1])]
  return seq === undefined || hash === undefined ? undefined : { seq, hash }
}

function octets(value: SQLOutputValue | undefined): Uint8Array | undefined {
  return value instanceof Uint8Array ? value : undefined
}

/** A whole number that is not negative. */
function number(value: SQLOutputValue | undefined): number | undefined {
  const given = typeof value === 'bigint' ? Number(value) : value
  return typeof given === 'number' && Number.isSafeInteger(given) && given >= 0 ? given : undefined
}

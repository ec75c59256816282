import { chmodSync, closeSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync, type SQLInputValue } from 'node:sqlite'
import { random } from '@hufu/protocol/crypto'
import { HufuError, SERVER_ID_OCTETS } from '@hufu/protocol/wire'
import { Kysely, sql, SqliteDialect, type SqliteDatabase, type SqliteStatement } from 'kysely'
import { makeFolders } from '../folders.ts'
import { groupCommit } from './group.ts'
import { lockFolder } from './lock.ts'
import { dropMeta, keepMeta, putMeta } from './meta.ts'
import { migrate } from './migrations.ts'
import { runDirectly } from './prepared.ts'
import { takeRestored } from './restored.ts'
import type { Schema } from './schema.ts'
import type { Store, Surety } from './store.ts'
import { troubleOf } from './trouble.ts'

/** Milliseconds that a query waits for another process's lock: a backup, an operator's shell. */
export const BUSY_MS = 5_000
/**
 * How a transaction begins: as a writer, since all of them write. One that became so only later would fail at once if
 * somebody beside it had written meanwhile, where this one waits.
 */
const BEGIN = 'begin immediate'
/** Prepared statements kept. Our choice: several times what the queries make. */
const STATEMENTS = 512
/** What is written to see whether the disk has room, and its octets. Our choice: more than any one request writes. */
const PROBE = 'probe'
const PROBE_OCTETS = 65_536

/**
 * Opens the store in `folder`, making folder (0700) and file (0600) where they are missing, and keeps every other server
 * out of it. A restore that waits is put in its place first.
 *
 * @param does the command that opens it, for those who come later
 * @throws {HufuError} `ERR_DATA_FOLDER` (not writable, or in use), `ERR_STORE_VERSION` (written by a newer hufu).
 */
export async function openSqlite(folder: string, does?: string): Promise<Store> {
  make(folder, () => makeFolders(folder))
  const unlock = lockFolder(folder, does)
  try {
    takeRestored(folder)
    make(folder, () => makeFile(join(folder, 'hufu.db')))
    const database = openFile(join(folder, 'hufu.db'))
    const db = queriesOn(database)
    await migrate(db, 'blob').catch(refuseTroubled)
    const serverId = await keepMeta(db, 'server-id', () => random(SERVER_ID_OCTETS))
    let surety: Surety | undefined
    /** The disk has failed us, and was not seen to be well since. */
    let troubled = false
    const group = groupCommit(db, (next) => {
      if (surety !== next)
        database.exec(`PRAGMA synchronous = ${next === 'durable' ? 'FULL' : 'NORMAL'}`)
      surety = next
    })
    return {
      serverId,
      read: (work) => work(db),
      async write(surety, work) {
        try {
          return await group.write(surety, work)
        } catch (error) {
          if (isTroubled(error)) troubled = true
          throw error
        }
      },
      compact: () => checkpoint(db),
      async usable() {
        if (troubled) troubled = !(await takesWrites(group.write))
        return !troubled && answers(db)
      },
      async close() {
        await group.idle()
        database.exec('PRAGMA wal_checkpoint(TRUNCATE)')
        await db.destroy()
        unlock()
      },
    }
  } catch (error) {
    unlock()
    throw error
  }
}

/** Queries on an open database; closing them closes it. */
export function queriesOn(database: DatabaseSync): Kysely<Schema> {
  const shimmed = shim(database)
  const db = new Kysely<Schema>({ dialect: new SqliteDialect({ database: shimmed }) })
  runDirectly(db, (sql, parameters) => {
    const statement = shimmed.prepare(sql)
    if (statement.reader) return { rows: statement.all(parameters) }
    const { changes } = statement.run(parameters)
    return { rows: [], numAffectedRows: BigInt(changes) }
  })
  return db
}

/** The file is made here, for its mode: SQLite gives its side files the same. */
function makeFile(path: string): void {
  closeSync(openSync(path, 'a', 0o600))
  chmodSync(path, 0o600)
}

function make(folder: string, work: () => void): void {
  try {
    work()
  } catch (cause) {
    throw new HufuError(
      'ERR_DATA_FOLDER',
      `${folder}: cannot be written; give --data a folder that this user may write to`,
      { cause },
    )
  }
}

function openFile(path: string): DatabaseSync {
  try {
    const database = new DatabaseSync(path, { timeout: BUSY_MS, enableForeignKeyConstraints: true })
    database.exec('PRAGMA journal_mode = WAL')
    // what is deleted is overwritten wherever that costs no further write
    database.exec('PRAGMA secure_delete = FAST')
    return database
  } catch (cause) {
    const trouble = troubleOf(path, cause)
    if (trouble instanceof HufuError) throw trouble
    throw new HufuError(
      'ERR_DATA_FOLDER',
      `${path}: cannot be opened as a database; move it away, or restore a backup`,
      { cause },
    )
  }
}

/** Why the tables could not be brought up to date, if that lies in the disk or the file. */
function refuseTroubled(thrown: unknown): never {
  const { cause } = thrown as Error
  throw cause instanceof HufuError ? cause : thrown
}

/** Through kysely, which lets it wait for the end of a transaction. */
async function checkpoint(db: Kysely<Schema>): Promise<void> {
  await sql`PRAGMA wal_checkpoint(TRUNCATE)`.execute(db)
}

function isTroubled(error: unknown): boolean {
  return error instanceof HufuError && error.code === 'ERR_DATA_FOLDER'
}

/** Whether there is room again: who is not ready is sent nothing that would show it. */
async function takesWrites(write: Store['write']): Promise<boolean> {
  try {
    await write('durable', (db) => putMeta(db, PROBE, new Uint8Array(PROBE_OCTETS)))
    await write('soon', (db) => dropMeta(db, PROBE))
    return true
  } catch {
    return false
  }
}

async function answers(db: Kysely<Schema>): Promise<boolean> {
  try {
    await db.selectFrom('meta').select('name').limit(1).execute()
    return true
  } catch {
    return false
  }
}

/** What kysely asks of a driver, over Node's own SQLite, with statements prepared once. */
function shim(database: DatabaseSync): SqliteDatabase {
  const prepared = new Map<string, SqliteStatement>()
  return {
    close: () => database.close(),
    prepare(sql) {
      const known = prepared.get(sql)
      if (known !== undefined) return known
      if (prepared.size >= STATEMENTS) prepared.clear()
      const statement = statementShim(database, sql)
      prepared.set(sql, statement)
      return statement
    },
  }
}

function statementShim(database: DatabaseSync, sql: string): SqliteStatement {
  const path = database.location() ?? 'the database'
  const told = <T>(work: () => T): T => {
    try {
      return work()
    } catch (error) {
      throw troubleOf(path, error)
    }
  }
  const statement = told(() => database.prepare(sql === 'begin' ? BEGIN : sql))
  const run: SqliteStatement['run'] = (parameters) =>
    told(() => statement.run(...(parameters as SQLInputValue[])))
  return {
    reader: statement.columns().length > 0,
    all: (parameters) => told(() => statement.all(...(parameters as SQLInputValue[]))),
    // a full disk has rolled back by itself, and what went wrong is not to be hidden by that
    run: sql === 'rollback' ? (none) => (database.isTransaction ? run(none) : NOTHING_RUN) : run,
    iterate: (parameters) => statement.iterate(...(parameters as SQLInputValue[])),
  }
}

const NOTHING_RUN = { changes: 0, lastInsertRowid: 0 }

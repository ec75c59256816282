import { existsSync, mkdirSync, rmSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { equal, hex, random } from '@hufu/protocol/crypto'
import { HufuError } from '@hufu/protocol/wire'
import { makeFolders } from '../folders.ts'
import { faultText } from '../audit/fault.ts'
import { verifyAudit } from '../audit/verify.ts'
import type { Config } from '../config.ts'
import { heldText, holderOf, lockFolder, lockRestore } from '../store/lock.ts'
import { migrate } from '../store/migrations.ts'
import {
  formerName,
  hasData,
  isRestorePending,
  makeReady,
  noteOf,
  PART,
  readyIn,
  syncFolder,
  type RestoreNote,
} from '../store/restored.ts'
import { queriesOn } from '../store/sqlite.ts'
import { masterRows } from '../vault/masters.ts'
import { allKeys, missing, provenRing, type MasterKeySources } from '../vault/opening.ts'
import { openSafe } from '../vault/safe.ts'
import { masterKeySources } from '../vault/sources.ts'
import { readArchive, type Heading } from './archive.ts'
import { requireUndamaged } from './database.ts'
import { masterOf, requireSealed, type Manifest } from './manifest.ts'

/** A backup that was looked at, and found whole. */
export interface CheckedBackup {
  readonly id: string
  /** ISO 8601. */
  readonly made: string
  readonly version: string
  /** Number of the last entry of the audit record in it. */
  readonly entries: number
  /** Ids of the master keys that it takes to use it. */
  readonly masters: readonly string[]
  /** What was wrong with the audit record when it was made; null: nothing was. */
  readonly fault: string | null
}

/** What a restore has done. */
export interface Restored extends CheckedBackup {
  /** False: it waits for the next start of the server. */
  readonly inPlace: boolean
  /** Folder of what was there before; null: there was nothing. */
  readonly former: string | null
}

export interface RestoreOptions {
  /** With a server that runs, which takes it at its next start. */
  readonly nextStart?: boolean
  /** Even if the audit record in it was broken when it was made. */
  readonly force?: boolean
}

/**
 * Looks through a backup: its parts, and its seal by the master key.
 *
 * @throws {HufuError} `ERR_FILE_READ`, `ERR_BACKUP_DAMAGED`, `ERR_STORE_VERSION`, `ERR_CONFIG`; `ERR_VAULT_KEY`,
 *   `ERR_VAULT_FILE`, `ERR_HSM_…` if its master key is not at hand.
 */
export async function checkBackup(config: Config, file: string): Promise<CheckedBackup> {
  const sources = masterKeySources(config)
  try {
    return shown(await readArchive(file, { trust: trusted(sources) }))
  } finally {
    await sources.close()
  }
}

/**
 * Puts a backup in the place of what a data folder holds. All of it is checked and brought to this version's tables
 * before anything is touched; cut off anywhere, the folder holds either the one or the other. The former data stay,
 * beside it in the folder, and so does the master key. The restored record says that it was restored.
 *
 * @throws {HufuError} as {@link checkBackup}; `ERR_DATA_FOLDER` (somebody has it open, it cannot be written, or is
 *   another server's), `ERR_AUDIT_BROKEN` without `force`, `ERR_VAULT_KEY`.
 */
export async function restoreBackup(
  config: Config,
  file: string,
  { nextStart = false, force = false }: RestoreOptions = {},
): Promise<Restored> {
  const { data } = config
  refuseHeld(data, nextStart)
  await checkBackup(config, file)
  const { inPlace, release } = claim(data, nextStart)
  const sources = masterKeySources(config)
  let checked: CheckedBackup
  let former: string | null
  try {
    const part = join(data, PART)
    rmSync(part, { recursive: true, force: true })
    mkdirSync(part, { mode: 0o700 })
    const manifest = await readArchive(file, { trust: trusted(sources), into: part })
    await requireSound(part, force)
    await bringUp(part, sources)
    requireSameServer(data, manifest)
    checked = shown(manifest)
    former = await settle(data, manifest)
  } catch (error) {
    rmSync(join(data, PART), { recursive: true, force: true })
    throw error
  } finally {
    release()
    await sources.close()
  }
  if (inPlace) await takeUp(config)
  return { ...checked, inPlace, former }
}

interface Claim {
  /** Nobody has the folder; false: a server has, and is not disturbed. */
  readonly inPlace: boolean
  release(): void
}

/** Keeps others out. */
function claim(data: string, nextStart: boolean): Claim {
  try {
    makeFolders(data)
  } catch (cause) {
    throw new HufuError('ERR_DATA_FOLDER', `${data}: cannot be made`, { cause })
  }
  return refuseHeld(data, nextStart)
    ? { inPlace: false, release: lockRestore(data) }
    : { inPlace: true, release: lockFolder(data, 'hufu restore') }
}

/** Whether a server has the folder, and may go on. */
function refuseHeld(data: string, nextStart: boolean): boolean {
  const holder = holderOf(data)
  if (holder === undefined) return false
  if (nextStart && holder.does === 'hufu serve') return true
  const hint = nextStart ? '' : ', or restore for the server’s next start with --next-start'
  throw new HufuError('ERR_DATA_FOLDER', `${heldText(data, holder)}${hint}`)
}

/** Before any part is written: is the key at hand, and did whoever wrote the list have it? */
function trusted(sources: MasterKeySources) {
  return async ({ seal, manifest }: Heading, { masters }: Manifest): Promise<void> => {
    const keys = await allKeys(sources)
    const id = masterOf(seal)
    const key = keys.find((each) => equal(each.id, id))
    if (key === undefined) throw missing(id, keys, sources, 'the backup is')
    await requireSealed(key, seal, manifest)
    for (const master of masters)
      if (!keys.some((each) => hex(each.id) === master))
        throw missing(Buffer.from(master, 'hex'), keys, sources, 'part of the backup is')
  }
}

async function requireSound(part: string, force: boolean): Promise<void> {
  const path = join(part, 'hufu.db')
  const database = new DatabaseSync(path, { readOnly: true })
  try {
    requireUndamaged(database, path)
  } finally {
    database.close()
  }
  const { fault } = await verifyAudit(part)
  if (fault !== undefined && !force)
    throw new HufuError(
      'ERR_AUDIT_BROKEN',
      `${faultText(fault)}; it was so when the backup was made, --force restores it all the same`,
    )
}

/** Brings the tables to this version, and sees that the vault opens. */
async function bringUp(part: string, sources: MasterKeySources): Promise<void> {
  const database = new DatabaseSync(join(part, 'hufu.db'), { enableForeignKeyConstraints: true })
  const db = queriesOn(database)
  try {
    await migrate(db, 'blob')
    await provenRing(await masterRows(db), sources)
  } finally {
    await db.destroy()
  }
}

function requireSameServer(data: string, { server }: Manifest): void {
  const path = join(data, 'hufu.db')
  if (!existsSync(path)) return
  const other = serverIn(path)
  if (other !== undefined && other !== server)
    throw new HufuError(
      'ERR_DATA_FOLDER',
      `${data}: is of another server than the backup; choose another folder with --data, or move that one away`,
    )
}

/** Undefined where none can be read: that may be why somebody restores. */
function serverIn(path: string): string | undefined {
  let database: DatabaseSync | undefined
  try {
    database = new DatabaseSync(path, { readOnly: true })
    const row = database.prepare(`SELECT value FROM meta WHERE name = 'server-id'`).get()
    return row?.['value'] instanceof Uint8Array ? hex(row['value']) : undefined
  } catch {
    return undefined
  } finally {
    database?.close()
  }
}

/** Makes it ready: the moment from which it counts. Where the former data will be. */
async function settle(data: string, { id, audit }: Manifest): Promise<string | null> {
  const had = hasData(data)
  const former = formerName(data, new Date())
  const note: RestoreNote = { id: hex(random(16)), backup: id, through: audit.last, former }
  const part = join(data, PART)
  await writeFile(noteOf(part), JSON.stringify(note), { mode: 0o600, flush: true })
  const tls = join(part, 'tls')
  if (existsSync(tls)) syncFolder(tls)
  syncFolder(part)
  // one that waits and was never taken gives way
  rmSync(readyIn(data), { recursive: true, force: true })
  makeReady(data)
  return had ? join(data, former) : null
}

/** Opens the folder once, which puts it in place and records it. */
async function takeUp(config: Config): Promise<void> {
  try {
    const safe = await openSafe(config, 'hufu restore')
    await safe.close()
  } catch (error) {
    // a server that started in between has done it
    const taken = error instanceof HufuError && error.code === 'ERR_DATA_FOLDER'
    if (!taken || isRestorePending(config.data)) throw error
  }
}

function shown({ id, made, version, audit, masters }: Manifest): CheckedBackup {
  return { id, made, version, entries: audit.last, masters, fault: audit.fault }
}

import { existsSync, readdirSync, rmSync } from 'node:fs'
import { chmod, copyFile, link, mkdir, open, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { hex, random } from '@hufu/protocol/crypto'
import { HufuError } from '@hufu/protocol/wire'
import { makeFolders } from '../folders.ts'
import { faultText } from '../audit/fault.ts'
import { marksFileIn, marksFileOctets, openMarksFile } from '../audit/marks-file.ts'
import { recordEntry } from '../audit/record.ts'
import { verifyAudit } from '../audit/verify.ts'
import { systemClock } from '../clock.ts'
import type { Config } from '../config.ts'
import { openBeside, type Beside } from '../store/beside.ts'
import { lockFolder } from '../store/lock.ts'
import { syncFolder } from '../store/restored.ts'
import { idsOf, masterRows, type MasterRow } from '../vault/masters.ts'
import type { MasterKey } from '../vault/master/master-key.ts'
import { provenRing, ringBeside, type MasterKeySources } from '../vault/opening.ts'
import { masterKeySources } from '../vault/sources.ts'
import { versionOfServer } from '../version.ts'
import { partOf, readArchive, writeArchive } from './archive.ts'
import { requireUndamaged } from './database.ts'
import { manifestOctets, PARTS, requireSealed, sealOf, type Manifest } from './manifest.ts'

/** A backup that was made. */
export interface Backup {
  /** 32 hexadecimal digits. */
  readonly id: string
  readonly octets: number
  /** ISO 8601. */
  readonly made: string
  /** Number of the last entry of the audit record in it. */
  readonly entries: number
  /** Ids of the master keys that it takes to use it. */
  readonly masters: readonly string[]
  /** What is wrong with the audit record in it; null: nothing is. */
  readonly fault: string | null
}

export interface BackupOptions {
  /** Takes the place of a file that is there. */
  readonly force?: boolean
}

/**
 * Writes a backup of a data folder, whose server may run, to a file: whole, checked and on disk before it stands under
 * its name. It takes the master key to seal it, which is not in it. That a backup was begun is recorded.
 *
 * @throws {HufuError} `ERR_FILE_WRITE`, `ERR_DATA_FOLDER` (none, or its database is damaged), `ERR_STORE_VERSION`,
 *   `ERR_CONFIG`; `ERR_VAULT_KEY`, `ERR_VAULT_FILE`, `ERR_HSM_…` if the master key is not at hand.
 */
export async function makeBackup(
  config: Config,
  file: string,
  { force = false }: BackupOptions = {},
): Promise<Backup> {
  if (!force && existsSync(file)) throw taken(file)
  const sources = masterKeySources(config)
  const store = await openBeside(config.data).catch(async (error: unknown) => {
    await sources.close()
    throw error
  })
  try {
    requireRecord(config.data, store)
    await ringBeside(() => masterRows(store.db), sources)
    const id = hex(random(16))
    return await inFolder(`${file}.part`, async (folder) => {
      await recordBackup(store, id)
      const { manifest, key } = await copy(config.data, store, { folder, id, sources })
      const octets = manifestOctets(manifest)
      const whole = join(folder, 'whole')
      const seal = await sealOf(key, octets)
      await writeArchive(whole, folder, { manifest: octets, seal })
      await readArchive(whole, {
        trust: (found) => requireSealed(key, found.seal, found.manifest),
      })
      const size = await name(whole, file, force)
      const { made, audit } = manifest
      const ids = manifest.masters
      return { id, octets: size, made, entries: audit.last, masters: ids, fault: audit.fault }
    })
  } finally {
    await store.close()
    await sources.close()
  }
}

/** Nothing of it leaves before that is recorded. */
async function recordBackup({ db }: Beside, id: string): Promise<void> {
  await db.transaction().execute((db) =>
    recordEntry(
      db,
      {
        actor: 'local',
        action: 'backup.make',
        object: { kind: 'backup', id },
        outcome: 'done',
        detail: {},
      },
      systemClock.wall(),
    ),
  )
}

/** Puts a copy of all parts into `folder`, of one moment, and checks it. */
async function copy(
  data: string,
  store: Beside,
  { folder, id, sources }: { folder: string; id: string; sources: MasterKeySources },
): Promise<{ readonly manifest: Omit<Manifest, 'format'>; readonly key: MasterKey }> {
  // marks before the database: what is in the file is in the table already
  await copyMarks(marksFileIn(data), marksFileIn(folder))
  await mkdir(join(folder, 'tls'), { mode: 0o700 })
  for (const name of PARTS.filter((each) => each.startsWith('tls/')))
    if (existsSync(join(data, name))) await copyFile(join(data, name), join(folder, name))
  const made = new Date().toISOString()
  const path = join(folder, 'hufu.db')
  const key = await copyDatabase(store, path, sources)
  const server = serverIn(path)
  const { last, fault } = await verifyAudit(folder)
  const names = PARTS.filter((each) => existsSync(join(folder, each)))
  const parts = []
  for (const each of names) parts.push(await partOf(folder, each))
  const manifest = {
    id,
    version: versionOfServer(),
    made,
    server,
    schema: store.schema,
    masters: mastersIn(path).map((master) => hex(master.id)),
    audit: { last, fault: fault === undefined ? null : faultText(fault) },
    parts,
  }
  return { manifest, key }
}

/** Puts a copy of the database at `path`; the master key that what is in it is under. */
async function copyDatabase(
  store: Beside,
  path: string,
  sources: MasterKeySources,
): Promise<MasterKey> {
  for (;;) {
    await rm(path, { force: true })
    await (await open(path, 'wx', 0o600)).close()
    // one moment, whatever is written meanwhile, and nothing of what was deleted
    store.database.prepare('VACUUM INTO ?').run(path)
    const masters = mastersIn(path)
    try {
      return (await provenRing(masters, sources)).key(masters[0]!.id)
    } catch (error) {
      // a change has ended meanwhile, and nobody has the key of this copy any more
      if (idsOf(await masterRows(store.db)) === idsOf(masters)) throw error
    }
  }
}

async function copyMarks(from: string, to: string): Promise<void> {
  const octets = await marksFileOctets(from)
  if (octets === 0) return
  await copyFile(from, to)
  await chmod(to, 0o600)
  const file = await open(to, 'r+')
  await file.truncate(octets)
  await file.close()
  // leaves whole lines only
  await (await openMarksFile(to)).close()
}

/** Whose a copy is, if it is sound. */
function serverIn(path: string): string {
  return withCopy(path, (database) => {
    requireUndamaged(database, path)
    const row = database.prepare(`SELECT value FROM meta WHERE name = 'server-id'`).get()
    return hex(row!['value'] as Uint8Array)
  })
}

/** The master keys that a copy is under, the current one first. */
function mastersIn(path: string): readonly MasterRow[] {
  return withCopy(path, (database) => {
    const rows = database.prepare('SELECT id, state, proof FROM vault_masters ORDER BY state').all()
    return rows as unknown as readonly MasterRow[]
  })
}

function withCopy<T>(path: string, work: (database: DatabaseSync) => T): T {
  const database = new DatabaseSync(path, { readOnly: true })
  try {
    return work(database)
  } finally {
    database.close()
  }
}

function requireRecord(data: string, { schema }: Beside): void {
  if (schema.includes('0003-audit')) return
  throw new HufuError(
    'ERR_DATA_FOLDER',
    `${data}: is of a hufu that knew no backups; start the server of this version once`,
  )
}

/** Runs `work` with a folder of its own, which is gone afterwards: one that was killed has left nothing that stays. */
async function inFolder<T>(path: string, work: (folder: string) => Promise<T>): Promise<T> {
  try {
    makeFolders(path)
  } catch (cause) {
    throw new HufuError('ERR_FILE_WRITE', `${path}: cannot be made`, { cause })
  }
  let unlock: () => void
  try {
    unlock = lockFolder(path, 'hufu backup')
  } catch (cause) {
    throw new HufuError('ERR_FILE_WRITE', `${path}: another backup is being written there`, {
      cause,
    })
  }
  const clear = (): void => {
    for (const name of readdirSync(path))
      if (!name.startsWith('hufu.lock') && name !== 'hufu.holder')
        rmSync(join(path, name), { recursive: true })
  }
  try {
    clear()
    return await work(path)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOSPC' || code === 'EDQUOT' || code === 'EIO')
      throw new HufuError('ERR_FILE_WRITE', `${path}: ${code}`, { cause: error })
    throw error
  } finally {
    clear()
    unlock()
    await rm(path, { recursive: true, force: true })
  }
}

/** Gives what is whole its name, durably; its octets. */
async function name(whole: string, file: string, force: boolean): Promise<number> {
  try {
    // a link takes nobody's place, a renaming would
    if (force) await rename(whole, file)
    else await link(whole, file)
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'EEXIST') throw taken(file)
    if (force || existsSync(file))
      throw new HufuError('ERR_FILE_WRITE', `${file}: cannot be written`, { cause })
    await rename(whole, file) // a file system without links
  }
  syncFolder(dirname(file))
  const handle = await open(file, 'r')
  try {
    return (await handle.stat()).size
  } finally {
    await handle.close()
  }
}

function taken(file: string): HufuError {
  return new HufuError('ERR_FILE_WRITE', `${file}: is there already; --force replaces it`)
}

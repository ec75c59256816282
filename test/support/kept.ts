import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { hex } from '@hufu/protocol/crypto'
import { verifyAudit } from '../../packages/server/src/audit/index.ts'
import { makeBackup } from '../../packages/server/src/backup/backup.ts'
import { checkBackup } from '../../packages/server/src/backup/restore.ts'
import { loadConfig, type Config } from '../../packages/server/src/config.ts'
import { allSecrets, leaks } from '../../packages/server/src/vault/leaks.testing.ts'
import { openSafe } from '../../packages/server/src/vault/safe.ts'
import type { SecretPlace } from '../../packages/server/src/vault/vault.ts'

const KEEPER = fileURLToPath(new URL('keeper.ts', import.meta.url))
/**
 * Milliseconds within which a backup or a restore is killed at first: what it takes on a machine that does nothing else.
 * Each one that got too far, or not far enough, changes that for the next.
 */
const SOON_MS = 200
/** By how much: kills fall before and behind the middle of the work then, as often as each other. */
const SHORTER = 0.7
/** Secrets that are searched for at most. */
const MOST_SOUGHT = 120

/** Where secret number `n` is: several to an owner. */
export function placeOf(n: number): SecretPlace {
  return { owner: `owner-${n % 40}`, name: `n${n}` }
}

/** What it is: 32 octets that nothing else has. */
export function secretOf(n: number): Uint8Array {
  return createHash('sha256').update(`secret ${n} of the kill test`).digest()
}

/** What a run of {@link killAndLook} has met with. */
export interface Met {
  /** Secrets that were acknowledged. */
  secrets: number
  /** Backups that were killed before they were whole, and that stood. */
  readonly backups: { killed: number; whole: number }
  /** Restores that were killed before they counted, after, and that came to their end. */
  readonly restores: { before: number; after: number; ended: number }
}

/**
 * Kills writes with changes of the master key, backups and restores, at random moments, round after round, and looks each
 * time whether everything is there that was acknowledged; at the end whether any secret can be read in any file.
 */
export async function killAndLook(rounds: number): Promise<Met> {
  const folder = mkdtempSync(join(tmpdir(), 'hufu-kept-'))
  const data = join(folder, 'data')
  const file = join(folder, 'backup.tar')
  const config: Config = { ...loadConfig(), data }
  const met: Met = {
    secrets: 0,
    backups: { killed: 0, whole: 0 },
    restores: { before: 0, after: 0, ended: 0 },
  }
  const seen: Uint8Array[] = []
  let here: readonly number[] = []
  let next = 0
  const windows = { backup: SOON_MS, restore: SOON_MS }
  const within = (what: keyof typeof windows): number => Math.random() * windows[what]
  const learn = (what: keyof typeof windows, far: boolean): void => {
    windows[what] *= far ? SHORTER : 1 / SHORTER
  }
  try {
    for (let round = 0; round < rounds; round += 1) {
      // a backup is under way while the server writes and changes its key, and both are killed
      const writing = writeUntilKilled(config, next, 20 + Math.random() * 150)
      const making = round === 0 ? undefined : killed(config, ['backup', file], within('backup'))
      const made = (await making)?.filter((line) => line === 'made').length ?? 0
      const stands = await writing
      next = Math.max(next, ...stands.map((n) => n + 2))
      here = [...here, ...stands]
      met.secrets += stands.length
      await requireAll(config, here)
      if (making !== undefined) {
        met.backups[made === 0 ? 'killed' : 'whole'] += 1
        learn('backup', made > 0)
      }
      if (existsSync(file)) await checkBackup(keyed(config, folder), file).catch(notOfAnOldKey)

      // one that stands, then more is written
      await makeBackup(config, file, { force: true })
      const backed = await present(config, next)
      seen.push(readKey(join(data, 'master.key')))
      copyFileSync(join(data, 'master.key'), join(folder, 'master.key.kept'))
      await put(config, next)
      here = [...(await present(config, next)), next]
      next += 1

      const said = await killed(config, ['restore', file], within('restore'))
      const after = await present(config, next)
      const isOld = after.join() === here.join()
      if (!isOld) assert.deepEqual(after, backed, 'neither the old nor the backed up')
      const what = said.includes('restored') ? 'ended' : isOld ? 'before' : 'after'
      met.restores[what] += 1
      learn('restore', what !== 'before')
      await requireFormer(config, join(folder, `former-${round}`), isOld ? undefined : here, next)
      here = after
      seen.push(...(await secretsOf(config)))
    }
    requireUnread(folder, some(seen))
    return met
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Lets the keeper write until it has put so many, and kills it; the numbers that it acknowledged. */
async function writeUntilKilled(
  { data }: Config,
  from: number,
  most: number,
): Promise<readonly number[]> {
  const { child, lines, ended } = keeper(['write', data, '', `${from}`])
  const stands: number[] = []
  for await (const line of lines) {
    if (line !== 'go') stands.push(Number(line))
    if (stands.length >= most) child.kill('SIGKILL')
  }
  assert.deepEqual(await ended, [null, 'SIGKILL'], 'it ended by itself')
  return stands
}

/** Kills the keeper so many milliseconds after it has begun; what it had said. */
async function killed(
  { data }: Config,
  [act, file]: readonly [string, string],
  afterMs: number,
): Promise<readonly string[]> {
  const { child, lines, ended } = keeper([act, data, file])
  const said: string[] = []
  for await (const line of lines) {
    said.push(line)
    if (line === 'go') setTimeout(() => child.kill('SIGKILL'), afterMs)
  }
  const [code] = await ended
  assert.ok(code === null || (code === 0 && act === 'restore'), `${act} ended with ${code}`)
  return said
}

function keeper(args: readonly string[]) {
  const child = spawn(process.execPath, [KEEPER, ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>
  return { child, ended, lines: createInterface({ input: child.stdout }) }
}

/** The chain is whole, and so is every secret of those numbers. */
async function requireAll(config: Config, numbers: readonly number[]): Promise<void> {
  const found = new Set(await present(config, Math.max(0, ...numbers) + 2))
  const lost = numbers.filter((n) => !found.has(n))
  assert.deepEqual(lost, [], 'acknowledged, and lost')
}

/** Numbers below `end` whose secret is there. Opens the folder, as the next start of a server would. */
async function present(config: Config, end: number): Promise<readonly number[]> {
  const safe = await openSafe(config)
  try {
    const found: number[] = []
    for (let n = 0; n < end; n += 1) {
      using secret = await safe.store.read((db) => safe.vault.open(db, placeOf(n)))
      if (secret === undefined) continue
      assert.deepEqual(Buffer.from(secret.expose()), Buffer.from(secretOf(n)), `${n} is another`)
      found.push(n)
    }
    const { fault } = await verifyAudit(config.data)
    assert.equal(fault, undefined, 'the chain is broken')
    return found
  } finally {
    await safe.close()
  }
}

async function put(config: Config, n: number): Promise<void> {
  const safe = await openSafe(config)
  await safe.store.write('durable', (db) => safe.vault.put(db, placeOf(n), secretOf(n)))
  await safe.close()
}

async function secretsOf(config: Config): Promise<readonly Uint8Array[]> {
  const safe = await openSafe(config)
  try {
    return await allSecrets(safe)
  } finally {
    await safe.close()
  }
}

/** The data that a restore took the place of are whole; there are none if there was no restore. They go to `aside`. */
async function requireFormer(
  { data }: Config,
  aside: string,
  numbers: readonly number[] | undefined,
  end: number,
): Promise<void> {
  const names = readdirSync(data).filter((name) => name.startsWith('former-'))
  assert.equal(names.length, numbers === undefined ? 0 : 1, names.join())
  if (numbers === undefined) return
  renameSync(join(data, names[0]!), aside)
  // a change of the key that was cut off has left two
  for (const name of ['master.key', 'master.key.next'])
    if (existsSync(join(data, name))) copyFileSync(join(data, name), join(aside, name))
  assert.deepEqual(await present({ ...loadConfig(), data: aside }, end), numbers)
}

/** None of these stands in any file below `folder`, and one that is planted there is found. */
function requireUnread(folder: string, secrets: readonly Uint8Array[]): void {
  assert.deepEqual(leaks(folder, secrets), [], 'a secret can be read')
  const planted = join(folder, 'planted')
  writeFileSync(planted, `{"key":"${Buffer.from(secrets.at(-1)!).toString('base64url')}"}`)
  assert.deepEqual(leaks(folder, secrets), [planted])
}

/** The last ones and some of the others, each once: all would be searched for too long. */
function some(secrets: readonly Uint8Array[]): readonly Uint8Array[] {
  const each = [...new Map(secrets.map((secret) => [hex(secret), secret])).values()]
  return each
    .filter((_, at) => at >= each.length - MOST_SOUGHT / 2 || at % 7 === 0)
    .slice(-MOST_SOUGHT)
}

/** A backup from before the last change of the key takes the key that was kept. */
function keyed(config: Config, folder: string): Config {
  return { ...config, nextMasterKeyFile: join(folder, 'master.key.kept') }
}

function notOfAnOldKey(error: { readonly code?: string }): void {
  // it was whole when it was made, under a key that is gone since: nobody kept that
  assert.equal(error.code, 'ERR_VAULT_KEY')
}

function readKey(path: string): Uint8Array {
  return Buffer.from(readFileSync(path, 'utf8').trim(), 'base64url')
}

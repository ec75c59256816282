import { hex } from '@hufu/protocol/crypto'
import { HufuError } from '@hufu/protocol/wire'
import type { AuditEntry } from '../audit/entry.ts'
import { recordEntry } from '../audit/record.ts'
import { systemClock } from '../clock.ts'
import type { Config } from '../config.ts'
import { openBeside } from '../store/beside.ts'
import { hasData } from '../store/restored.ts'
import type { MasterState } from '../store/schema.ts'
import { countUnder } from './masters.ts'
import { allKeys } from './opening.ts'
import { rotate, type RotateOptions } from './rotation.ts'
import { openSafe, type Safe } from './safe.ts'
import { masterKeySources } from './sources.ts'

/** What the vault of a data folder holds, in numbers. */
export interface VaultStatus {
  readonly owners: number
  readonly secrets: number
  readonly masters: readonly MasterStatus[]
}

/** A master key that data keys are under. */
export interface MasterStatus {
  /** 32 hexadecimal digits. */
  readonly id: string
  readonly state: MasterState
  /** Data keys that are under it. */
  readonly dataKeys: number
  /** Whether the settings lead to it. */
  readonly found: boolean
}

/** What a change of the master key has done. Ids are 32 hexadecimal digits. */
export interface VaultRotation {
  readonly from: string
  readonly to: string
  readonly dataKeys: number
  /** It went on with a change that had been cut off. */
  readonly resumed: boolean
  /** Where the key is now. */
  readonly place: string
}

/**
 * Looks into the vault of a data folder, whether or not its server runs. Says so even where the master key is lost.
 *
 * @throws {HufuError} `ERR_DATA_FOLDER`, `ERR_STORE_VERSION`, `ERR_CONFIG`; `ERR_VAULT_FILE` and `ERR_HSM_…` from where the
 *   key is kept.
 */
export async function vaultStatus(config: Config): Promise<VaultStatus> {
  const sources = masterKeySources(config)
  try {
    const { db, schema, close } = await openBeside(config.data)
    try {
      if (!schema.includes('0002-vault')) return { owners: 0, secrets: 0, masters: [] }
      const keys = await allKeys(sources)
      const found = new Set(keys.map((key) => hex(key.id)))
      const { masters, ...counts } = await countUnder(db)
      return {
        ...counts,
        masters: masters.map((master) => ({ ...master, found: found.has(master.id) })),
      }
    } finally {
      await close()
    }
  } finally {
    await sources.close()
  }
}

/**
 * Changes the master key of a data folder whose server does not run, or ends a change that was cut off. Both its beginning
 * and its end are recorded.
 *
 * @throws {HufuError} `ERR_DATA_FOLDER` (none, or its server runs), as {@link vaultStatus}, and `ERR_VAULT_KEY`,
 *   `ERR_VAULT_DAMAGED`, `ERR_INTERRUPTED`.
 */
export async function rotateVault(
  config: Config,
  options: RotateOptions = {},
): Promise<VaultRotation> {
  requireData(config.data)
  const safe = await openSafe(config, 'hufu vault rotate')
  try {
    await record(safe, { action: 'vault.rotate', outcome: 'done', detail: {} })
    const { from, to, done, resumed } = await recordingFailure(safe, () => rotate(safe, options))
    const detail = { dataKeys: done }
    await record(safe, { action: 'vault.rotated', outcome: 'done', detail })
    const { place } = safe.sources.next ?? safe.sources.current
    return { from: hex(from), to: hex(to), dataKeys: done, resumed, place }
  } finally {
    await safe.close()
  }
}

async function recordingFailure<T>(safe: Safe, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    const outcome = error instanceof HufuError ? error.code : 'ERR_INTERNAL'
    await record(safe, { action: 'vault.rotated', outcome, detail: { dataKeys: 0 } })
    throw error
  }
}

type Act =
  Extract<AuditEntry, { readonly action: 'vault.rotate' | 'vault.rotated' }> extends infer E
    ? E extends unknown
      ? Omit<E, 'actor' | 'object'>
      : never
    : never

/** The next start of the server signs a mark over it. */
async function record({ store }: Safe, act: Act): Promise<void> {
  const entry = { ...act, actor: 'local', object: { kind: 'vault', id: '' } } as const
  await store.write('durable', (db) => recordEntry(db, entry, systemClock.wall()))
}

/** A folder that is mistyped must not be made. */
function requireData(folder: string): void {
  if (!hasData(folder))
    throw new HufuError('ERR_DATA_FOLDER', `${folder}: no hufu server has kept anything here`)
}

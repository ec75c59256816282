import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { hex } from '@hufu/protocol/crypto'
import { HufuError } from '@hufu/protocol/wire'
import type { Config } from '../config.ts'
import type { MasterState } from '../store/schema.ts'
import { openSqlite } from '../store/sqlite.ts'
import { countUnder } from './masters.ts'
import { allKeys } from './opening.ts'
import { rotate, type RotateOptions } from './rotation.ts'
import { openSafe } from './safe.ts'
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
 * Looks into the vault of a data folder whose server does not run. Says so even where the master key is lost.
 *
 * @throws {HufuError} `ERR_DATA_FOLDER` (none, or its server runs), `ERR_STORE_VERSION`, `ERR_CONFIG`; `ERR_VAULT_FILE`
 *   and `ERR_HSM_…` from where the key is kept.
 */
export async function vaultStatus(config: Config): Promise<VaultStatus> {
  requireData(config.data)
  const sources = masterKeySources(config)
  const store = await openSqlite(config.data)
  try {
    const keys = await allKeys(sources)
    const found = new Set(keys.map((key) => hex(key.id)))
    return await store.read(async (db) => {
      const { secrets, masters } = await countUnder(db)
      const { owners } = await db
        .selectFrom('vault_keys')
        .select((eb) => eb.fn.count('owner').distinct().as('owners'))
        .executeTakeFirstOrThrow()
      return {
        owners: Number(owners),
        secrets,
        masters: masters.map((master) => ({ ...master, found: found.has(master.id) })),
      }
    })
  } finally {
    await store.close()
    await sources.close()
  }
}

/**
 * Changes the master key of a data folder whose server does not run, or ends a change that was cut off.
 *
 * @throws {HufuError} as {@link vaultStatus}, and `ERR_VAULT_KEY`, `ERR_VAULT_DAMAGED`, `ERR_INTERRUPTED`.
 */
export async function rotateVault(
  config: Config,
  options: RotateOptions = {},
): Promise<VaultRotation> {
  requireData(config.data)
  const safe = await openSafe(config)
  try {
    const { from, to, done, resumed } = await rotate(safe, options)
    const { place } = safe.sources.next ?? safe.sources.current
    return { from: hex(from), to: hex(to), dataKeys: done, resumed, place }
  } finally {
    await safe.close()
  }
}

/** A folder that is mistyped must not be made. */
function requireData(folder: string): void {
  if (!existsSync(join(folder, 'hufu.db')))
    throw new HufuError('ERR_DATA_FOLDER', `${folder}: no hufu server has kept anything here`)
}

import { recordRestore } from '../backup/recorded.ts'
import type { Config } from '../config.ts'
import { openSqlite } from '../store/sqlite.ts'
import type { Store } from '../store/store.ts'
import { openVault, type OpenVault } from './opening.ts'
import { masterKeySources, type ConfiguredSources } from './sources.ts'

/** The store of a data folder with its vault. */
export interface Safe {
  readonly store: Store
  readonly vault: OpenVault
  readonly sources: ConfiguredSources
  /** Wipes keys, closes files. */
  close(): Promise<void>
}

/**
 * Opens what the configuration says, or nothing of it. A restore that waited is put in its place, and recorded.
 *
 * @param does the command that opens it, for those who come later
 * @throws {HufuError} `ERR_DATA_FOLDER`, `ERR_STORE_VERSION`, `ERR_CONFIG`, `ERR_VAULT_KEY`, `ERR_VAULT_FILE`, `ERR_HSM_…`.
 */
export async function openSafe(config: Config, does?: string): Promise<Safe> {
  const sources = masterKeySources(config)
  const store = await openSqlite(config.data, does)
  try {
    await recordRestore(store, config.data)
    const vault = await openVault(store, sources)
    return {
      store,
      vault,
      sources,
      async close() {
        await store.close()
        vault.close()
        await sources.close()
      },
    }
  } catch (error) {
    await store.close()
    await sources.close()
    throw error
  }
}

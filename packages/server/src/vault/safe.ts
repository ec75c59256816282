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
 * Opens what the configuration says, or nothing of it.
 *
 * @throws {HufuError} `ERR_DATA_FOLDER`, `ERR_STORE_VERSION`, `ERR_CONFIG`, `ERR_VAULT_KEY`, `ERR_VAULT_FILE`, `ERR_HSM_…`.
 */
export async function openSafe(config: Config): Promise<Safe> {
  const sources = masterKeySources(config)
  const store = await openSqlite(config.data)
  try {
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

import { base64url, random } from '@hufu/protocol/crypto'
import type { TestContext } from 'node:test'
import { testFolder } from '../server.testing.ts'
import { openSqlite } from '../store/sqlite.ts'
import { environmentKey } from './master/environment.ts'
import type { MasterKeySource } from './master/source.ts'
import { openVault, VAULT_LIMITS, type MasterKeySources, type VaultLimits } from './opening.ts'
import type { RotatedSafe } from './rotation.ts'

/** A vault for one test; closed with it. */
export interface TestVault extends RotatedSafe {
  readonly folder: string
  /** Closes it before the test ends. */
  close(): Promise<void>
}

/** A master key out of nowhere. */
export function anyKey(): MasterKeySource {
  return environmentKey('HUFU_MASTER_KEY', base64url(random(32)))
}

/** Opens the vault of a folder, a fresh one unless one is given. */
export async function testVault(
  t: TestContext,
  given: {
    readonly folder?: string
    readonly sources?: MasterKeySources
    readonly limits?: Partial<VaultLimits>
  } = {},
): Promise<TestVault> {
  const folder = given.folder ?? testFolder()
  const sources = given.sources ?? { current: anyKey(), next: undefined }
  const store = await openSqlite(folder)
  let closed: Promise<void> | undefined
  const close = (): Promise<void> => (closed ??= store.close())
  t.after(close)
  try {
    const vault = await openVault(store, sources, { ...VAULT_LIMITS, ...given.limits })
    return { folder, store, vault, sources, close }
  } catch (error) {
    await close()
    throw error
  }
}

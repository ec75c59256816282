import { random, Secret, text as textOf, utf8 } from '@hufu/protocol/crypto'
import type { Store } from '../store/store.ts'
import type { KeyPlace } from '../tls/self.ts'
import type { SecretPlace, Vault } from './vault.ts'

/** Whose the server's own secrets are. */
const OWNER = 'server'
/** Hides names and addresses in the tables. Earlier versions kept it under this name in `meta`, in the clear. */
const LOCAL_KEY: SecretPlace = { owner: OWNER, name: 'local-key' }
/** Private key of the certificate that the server makes for itself, PEM. */
const TLS_KEY: SecretPlace = { owner: OWNER, name: 'tls-key' }

type Rows = Pick<Store, 'read' | 'write' | 'compact'>

/** The key that names and addresses are hidden under, 32 octets: made once in the life of a store. */
export async function localKey(store: Rows, vault: Vault): Promise<Uint8Array> {
  const known = await store.read((db) => vault.open(db, LOCAL_KEY))
  if (known !== undefined) return known.expose()
  const made = random(32)
  const { key, moved } = await store.write('durable', async (db) => {
    const before = await db
      .selectFrom('meta')
      .select('value')
      .where('name', '=', LOCAL_KEY.name)
      .executeTakeFirst()
    await vault.put(db, LOCAL_KEY, before?.value ?? made)
    await db.deleteFrom('meta').where('name', '=', LOCAL_KEY.name).execute()
    return { key: before?.value ?? made, moved: before !== undefined }
  })
  if (moved) await store.compact()
  return key
}

/** The vault's place for the private key of the server's own certificate. */
export function tlsKey(store: Rows, vault: Vault): KeyPlace {
  return {
    async load() {
      const kept = await store.read((db) => vault.open(db, TLS_KEY))
      if (kept === undefined) return undefined
      using secret = kept
      return textOf(secret.expose())
    },
    async save(text) {
      using secret = new Secret(utf8(text))
      await store.write('durable', (db) => vault.put(db, TLS_KEY, secret))
    },
  }
}

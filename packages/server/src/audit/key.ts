import { ed25519, random, type SigningKey } from '@hufu/protocol/crypto'
import type { Store } from '../store/store.ts'
import type { SecretPlace, Vault } from '../vault/vault.ts'

const PLACE: SecretPlace = { owner: 'server', name: 'audit-key' }

/** The key that signs marks: made once in the life of a store, and kept in its vault. Rejects with what that rejects with. */
export async function auditKey(
  store: Pick<Store, 'write'>,
  vault: Pick<Vault, 'open' | 'put'>,
): Promise<SigningKey> {
  using secret = await store.write('durable', async (db) => {
    const known = await vault.open(db, PLACE)
    if (known !== undefined) return known
    const made = ed25519.generate(random)
    const seed = made.exportSecret()
    made.wipe()
    await vault.put(db, PLACE, seed)
    return seed
  })
  return ed25519.fromSecret(secret.expose())
}

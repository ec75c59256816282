import { ed25519, random, type Secret, type SigningKey } from '@hufu/protocol/crypto'
import type { Db } from '../store/schema.ts'
import type { Store } from '../store/store.ts'

/** Where secrets are kept: the vault, as far as it is needed here. */
export interface Keeper {
  put(db: Db, place: KeyPlace, secret: Secret): Promise<void>
  open(db: Db, place: KeyPlace): Promise<Secret | undefined>
}

interface KeyPlace {
  readonly owner: string
  readonly name: string
}

const PLACE: KeyPlace = { owner: 'server', name: 'audit-key' }

/** The key that signs marks: made once in the life of a store, and kept by `keeper`. Rejects with what that rejects with. */
export async function auditKey(store: Pick<Store, 'write'>, keeper: Keeper): Promise<SigningKey> {
  using secret = await store.write('durable', async (db) => {
    const known = await keeper.open(db, PLACE)
    if (known !== undefined) return known
    const made = ed25519.generate(random)
    const seed = made.exportSecret()
    made.wipe()
    await keeper.put(db, PLACE, seed)
    return seed
  })
  return ed25519.fromSecret(secret.expose())
}

import { Secret } from '@hufu/protocol/crypto'
import { HufuError } from '@hufu/protocol/wire'
import { prepared } from '../store/prepared.ts'
import type { Db } from '../store/schema.ts'
import type { CachedKey } from './cache.ts'
import { countSeal, currentDataKey, withDataKey, type DataKeys } from './data-keys.ts'
import { open, seal, secretContext } from './envelope.ts'

/** Where a secret belongs. Both are in the clear in the store: a kind and an id, such as `device:4821`, no content. */
export interface SecretPlace {
  readonly owner: string
  /** What it is to its owner. */
  readonly name: string
}

/**
 * Secrets in the store, each sealed under a data key of its owner, and that under the master key. All run in the caller's
 * transaction, and may run twice as that may.
 *
 * All reject with {@link HufuError} `ERR_VAULT_DAMAGED` if a row was altered or moved, `ERR_VAULT_KEY` if its master key
 * is not at hand, and an `ERR_HSM_…` if that is in a token that does not do its part.
 */
export interface Vault {
  /** Keeps a secret, in place of any that is there. It stays the caller's, to be wiped when the transaction stands. */
  put(db: Db, place: SecretPlace, secret: Uint8Array | Secret): Promise<void>
  /** The secret, for the caller to wipe; `undefined` if there is none. */
  open(db: Db, place: SecretPlace): Promise<Secret | undefined>
  /** Forgets a secret, and with an owner's last one its data keys. False if there is none. */
  remove(db: Db, place: SecretPlace): Promise<boolean>
}

/** The vault over these data keys. */
export function vaultOver(keys: DataKeys): Vault {
  return {
    async put(db, place, secret) {
      const known = keys.cache.find(place.owner)
      const serial =
        (known === undefined ? undefined : await putUnder(keys, db, known, { place, secret })) ??
        (await putAnew(keys, db, { place, secret }))
      await countSeal(keys, db, serial)
    },
    async open(db, place) {
      const row = (await selectSecret(db, place)).rows[0]
      if (row === undefined) return undefined
      const { id, master, wrapped } = row
      if (id === null || master === null || wrapped === null)
        throw damaged(place, 'its data key is missing')
      const dataKey = { serial: row.key, id, master, wrapped }
      const octets = await withDataKey(keys, place.owner, dataKey, (key) =>
        open(key, row.sealed, secretContext(place, id)),
      )
      if (octets === undefined) throw damaged(place, 'it was altered or moved')
      return new Secret(octets)
    },
    async remove(db, place) {
      const { numAffectedRows } = await deleteSecret(db, place)
      const left = await selectAny(db, { owner: place.owner })
      if (left.rows.length === 0) await deleteKeys(db, { owner: place.owner })
      return numAffectedRows === 1n
    },
  }
}

interface Put {
  readonly place: SecretPlace
  readonly secret: Uint8Array | Secret
}

/** With a cached key, in one query, which writes nothing if that key is no longer the owner's or has done its work. */
async function putUnder(
  { mostSeals }: DataKeys,
  db: Db,
  { serial, id, key }: CachedKey,
  { place, secret }: Put,
): Promise<number | undefined> {
  const sealed = seal(key, octetsOf(secret), secretContext(place, id))
  const { numAffectedRows } = await upsertUnder(db, { ...place, serial, id, sealed, mostSeals })
  return numAffectedRows === 1n ? serial : undefined
}

async function putAnew(keys: DataKeys, db: Db, { place, secret }: Put): Promise<number> {
  const row = await currentDataKey(keys, db, place.owner)
  const sealed = await withDataKey(keys, place.owner, row, (key) =>
    seal(key, octetsOf(secret), secretContext(place, row.id)),
  )
  await upsertSecret(db, { ...place, key: row.serial, sealed })
  return row.serial
}

function octetsOf(secret: Uint8Array | Secret): Uint8Array {
  return secret instanceof Secret ? secret.expose() : secret
}

function damaged({ owner, name }: SecretPlace, why: string): HufuError {
  return new HufuError('ERR_VAULT_DAMAGED', `the secret ${name} of ${owner} does not open: ${why}`)
}

const upsertSecret = prepared((db, given: SecretPlace & { key: number; sealed: Uint8Array }) => {
  const { owner, name, key, sealed } = given
  return db
    .insertInto('vault_secrets')
    .values({ owner, name, key, sealed })
    .onConflict((conflict) => conflict.columns(['owner', 'name']).doUpdateSet({ key, sealed }))
})

const upsertUnder = prepared(
  (
    db,
    given: SecretPlace & {
      serial: number
      id: Uint8Array
      sealed: Uint8Array
      mostSeals: number
    },
  ) =>
    db
      .insertInto('vault_secrets')
      .columns(['owner', 'name', 'key', 'sealed'])
      .expression((eb) =>
        eb
          .selectFrom('vault_keys')
          .select((eb) => [
            'owner',
            eb.val(given.name).as('name'),
            'serial as key',
            eb.val(given.sealed).as('sealed'),
          ])
          .where('serial', '=', given.serial)
          .where('owner', '=', given.owner)
          .where('id', '=', given.id)
          .where('seals', '<', given.mostSeals),
      )
      .onConflict((conflict) =>
        conflict
          .columns(['owner', 'name'])
          .doUpdateSet({ key: given.serial, sealed: given.sealed }),
      ),
)

/** By the owner too: a data key of somebody else's is none. */
const selectSecret = prepared((db, { owner, name }: SecretPlace) =>
  db
    .selectFrom('vault_secrets as s')
    .leftJoin('vault_keys as k', (join) =>
      join.onRef('k.serial', '=', 's.key').onRef('k.owner', '=', 's.owner'),
    )
    .select(['s.key', 's.sealed', 'k.id', 'k.master', 'k.wrapped'])
    .where('s.owner', '=', owner)
    .where('s.name', '=', name),
)

const deleteSecret = prepared((db, { owner, name }: SecretPlace) =>
  db.deleteFrom('vault_secrets').where('owner', '=', owner).where('name', '=', name),
)

const selectAny = prepared((db, { owner }: { readonly owner: string }) =>
  db.selectFrom('vault_secrets').select('name').where('owner', '=', owner).limit(1),
)

const deleteKeys = prepared((db, { owner }: { readonly owner: string }) =>
  db.deleteFrom('vault_keys').where('owner', '=', owner),
)

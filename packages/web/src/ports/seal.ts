import { HufuError } from '@hufu/terminal'
import { answer, refused, transact, type Store } from './database.ts'
import { pack, unpack } from './pack.ts'

/** A value as it stands in the database. */
export interface Sealed {
  /** 12 octets, fresh for every sealing: AES-GCM's nonce (NIST SP 800-38D §8.2.2). */
  readonly nonce: Uint8Array<ArrayBuffer>
  readonly octets: Uint8Array<ArrayBuffer>
}

const NONCE_OCTETS = 12
/** The one key of this page's origin, under its name in the store of keys. */
const KEY_NAME = 'seal'

let key: Promise<CryptoKey> | undefined

/**
 * Seals `value` for one place in the database, under a key that no script can read out (AES-256-GCM, not extractable):
 * a copy of the database's records alone, or a record put in another's place, opens nothing.
 *
 * @throws {HufuError} `ERR_PROFILE` if the browser keeps no key for this page.
 */
export async function seal(store: Store, name: string, value: unknown): Promise<Sealed> {
  const nonce = crypto.getRandomValues(new Uint8Array(NONCE_OCTETS))
  const packed = pack(value)
  try {
    const how = { name: 'AES-GCM', iv: nonce, additionalData: placeOf(store, name) }
    const sealed = await crypto.subtle.encrypt(how, await sealingKey(), packed)
    return { nonce, octets: new Uint8Array(sealed) }
  } catch (cause) {
    throw refused(cause)
  } finally {
    packed.fill(0)
  }
}

/**
 * Opens what {@link seal} made for the same place.
 *
 * @throws {HufuError} `ERR_PROFILE` if it is damaged, or was sealed for another place or under another key.
 */
export async function unseal(store: Store, name: string, sealed: Sealed): Promise<unknown> {
  const ours = await sealingKey()
  try {
    const how = {
      name: 'AES-GCM',
      iv: sealed.nonce,
      additionalData: placeOf(store, name),
    }
    const packed = new Uint8Array(await crypto.subtle.decrypt(how, ours, sealed.octets))
    const value = unpack(packed)
    packed.fill(0)
    return value
  } catch (cause) {
    throw new HufuError('ERR_PROFILE', `what is kept under ${name} is damaged`, { cause })
  }
}

function placeOf(store: Store, name: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(`hufu ${store} ${name}`)
}

function sealingKey(): Promise<CryptoKey> {
  key ??= findKey().catch((cause: unknown) => {
    key = undefined
    throw refused(cause)
  })
  return key
}

/** The key that is kept; of two tabs that both make the first one, one wins and both use it. */
async function findKey(): Promise<CryptoKey> {
  const kept = await transact('keys', 'readonly', (keys) => answer<unknown>(keys.get(KEY_NAME)))
  if (kept instanceof CryptoKey) return kept
  const made = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, [
    'encrypt',
    'decrypt',
  ])
  return transact('keys', 'readwrite', async (keys) => {
    const first = await answer<unknown>(keys.get(KEY_NAME))
    if (first instanceof CryptoKey) return first
    keys.put(made, KEY_NAME)
    return made
  })
}

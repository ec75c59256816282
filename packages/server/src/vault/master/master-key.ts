import { hmacSha256, lvCat, utf8, type Eventually, type Secret } from '@hufu/protocol/crypto'
import { aes256gcm } from '@hufu/protocol/crypto/more'
import { open, seal } from '../envelope.ts'

/** Octets in a master key: AES-256. */
export const MASTER_KEY_OCTETS = 32

/**
 * What every data key is wrapped under. AES-256-GCM with a random nonce: good for 2^32 wraps (SP 800-38D §8.3), more
 * data keys than a store will ever hold.
 */
export interface MasterKey {
  /** 16 octets that tell it from other master keys, and nothing about it. */
  readonly id: Uint8Array
  /** `nonce ‖ ciphertext ‖ tag`: 28 octets more than `plaintext`. A token answers later. */
  wrap(plaintext: Uint8Array, aad: Uint8Array): Eventually<Uint8Array>
  /** The plaintext, for the caller to wipe, or `undefined` if anything was altered. */
  unwrap(wrapped: Uint8Array, aad: Uint8Array): Eventually<Uint8Array | undefined>
}

/** A master key that this process holds itself. Takes over `raw`, {@link MASTER_KEY_OCTETS} octets, and wipes it. */
export function softwareMasterKey(raw: Secret): MasterKey {
  const id = hmacSha256(raw.expose(), utf8('hufu vault: id of a master key')).slice(0, 16)
  const key = aes256gcm.key(raw)
  raw.wipe()
  return {
    id,
    wrap: (plaintext, aad) => seal(key, plaintext, aad),
    unwrap: (wrapped, aad) => open(key, wrapped, aad),
  }
}

/** What a master key proves itself by: nothing, wrapped, and bound to the key's id. Kept in the store. */
export async function proofOf(key: MasterKey): Promise<Uint8Array> {
  return key.wrap(new Uint8Array(MASTER_KEY_OCTETS), proofContext(key))
}

/** Whether `proof` was made by this very key. */
export async function isProven(key: MasterKey, proof: Uint8Array): Promise<boolean> {
  return (await key.unwrap(proof, proofContext(key))) !== undefined
}

function proofContext({ id }: MasterKey): Uint8Array {
  return lvCat(utf8('hufu vault: proof of a master key'), id)
}

import { concat, lvCat, random, utf8 } from '@hufu/protocol/crypto'
import { aes256gcm } from '@hufu/protocol/crypto/more'
import type { SecretPlace } from './vault.ts'

/** A key of AES-256-GCM, ready for use. */
export type GcmKey = ReturnType<typeof aes256gcm.key>

/** Octets of a nonce. 96 bits at random: collisions are kept away by counting the seals of a key. */
const NONCE_OCTETS = aes256gcm.nonceOctets

/** Nonces that are drawn at once: one by one costs more than the sealing. They are no secrets. */
const NONCES_DRAWN = 256
let drawn: Uint8Array = new Uint8Array()

/** `nonce ‖ ciphertext ‖ tag` under a fresh random nonce: 28 octets more than `plaintext`. */
export function seal(key: GcmKey, plaintext: Uint8Array, aad: Uint8Array): Uint8Array {
  const nonce = freshNonce()
  return concat(nonce, key.seal(nonce, plaintext, aad))
}

/** What {@link seal} was given, for the caller to wipe, or `undefined` if anything was altered. */
export function open(key: GcmKey, sealed: Uint8Array, aad: Uint8Array): Uint8Array | undefined {
  if (sealed.length < NONCE_OCTETS) return undefined
  return key.open(sealed.subarray(0, NONCE_OCTETS), sealed.subarray(NONCE_OCTETS), aad)
}

function freshNonce(): Uint8Array {
  if (drawn.length === 0) drawn = random(NONCES_DRAWN * NONCE_OCTETS)
  const nonce = drawn.subarray(0, NONCE_OCTETS)
  drawn = drawn.subarray(NONCE_OCTETS)
  return nonce
}

const DATA_KEY = utf8('hufu vault: data key')
const SECRET = utf8('hufu vault: secret')

/** What a wrapped data key is bound to: every part after its length, so that no two rows have the same. */
export function dataKeyContext(owner: string, id: Uint8Array): Uint8Array {
  return lvCat(DATA_KEY, utf8(owner), id)
}

/** What a sealed secret is bound to: elsewhere, or under another data key, it does not open. */
export function secretContext({ owner, name }: SecretPlace, dataKeyId: Uint8Array): Uint8Array {
  return lvCat(SECRET, utf8(owner), utf8(name), dataKeyId)
}

import { createCipheriv, createDecipheriv } from 'node:crypto'
import { concat, hkdf, random, unhex, utf8, x25519 } from '../crypto/index.ts'
import { aes256gcm } from '../crypto/more.ts'

/*
 * The publication's own scheme (docs/origins.md), made here as it is written: the passphrase's key encrypts the fresh
 * public key, and the other side goes by whether decrypting succeeded. Why hufu does otherwise is what the tests show.
 */

/** How the public key was made ready and encrypted. */
export interface Variant {
  encrypt(words: string): Uint8Array
  /** Whether decrypting with these words "succeeded", as far as anybody can see. */
  succeeds(words: string, message: Uint8Array): boolean
}

/** The fixed octets before an X25519 key in a SubjectPublicKeyInfo (RFC 8410 §4). */
const SPKI_HEAD = unhex('302a300506032b656e032100')
const NONCE = new Uint8Array(12)

/** With AEAD: the tag says it. */
export const BY_AEAD: Variant = {
  encrypt: (words) => aes256gcm.key(keyOf(words)).seal(NONCE, freshKey(), NONCE),
  succeeds: (words, message) =>
    aes256gcm.key(keyOf(words)).open(NONCE, message, NONCE) !== undefined,
}

/** Without authentication, in the usual encoding: the fixed header says it. */
export const BY_ENCODING: Variant = {
  encrypt: (words) => encrypted(words, concat(SPKI_HEAD, freshKey())),
  succeeds: (words, message) =>
    decrypted(words, message)
      .subarray(0, SPKI_HEAD.length)
      .every((octet, i) => octet === SPKI_HEAD[i]),
}

/** Without authentication, the key as it is: half of the wrong words give a key whose top bit cannot be. */
export const BY_TOP_BIT: Variant = {
  encrypt: (words) => encrypted(words, freshKey()),
  succeeds: (words, message) => decrypted(words, message)[31]! < 0x80,
}

function freshKey(): Uint8Array {
  return x25519.generate(random).publicKey
}

function keyOf(words: string): Uint8Array {
  return hkdf('sha256', utf8(words), new Uint8Array(0), utf8('publication'), 32)
}

/** AES-256-CTR, the random first block of the counter before the ciphertext. */
function encrypted(words: string, octets: Uint8Array): Uint8Array {
  const start = random(16)
  return concat(start, createCipheriv('aes-256-ctr', keyOf(words), start).update(octets))
}

function decrypted(words: string, message: Uint8Array): Uint8Array {
  const start = message.subarray(0, 16)
  return createDecipheriv('aes-256-ctr', keyOf(words), start).update(message.subarray(16))
}

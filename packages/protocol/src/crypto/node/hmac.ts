import { createHmac, createSecretKey, hash } from 'node:crypto'

import { octetsOf } from '../bytes.ts'
import type { KeyedHash } from '../hash.ts'
import { expose, type Secret } from '../secret.ts'
import { plain } from './buffers.ts'

/** HMAC-SHA-256 (RFC 2104, FIPS 198-1): 32 octets. */
export const hmacSha256: KeyedHash = (key, ...parts) => hmac(SHA256, key, parts)
/** HMAC-SHA-512 (RFC 2104, FIPS 198-1): 64 octets. */
export const hmacSha512: KeyedHash = (key, ...parts) => hmac(SHA512, key, parts)

interface Kind {
  readonly name: string
  /** Octets of a block, and of a digest. */
  readonly block: number
  readonly digest: number
}

const SHA256: Kind = { name: 'sha256', block: 64, digest: 32 }
const SHA512: Kind = { name: 'sha512', block: 128, digest: 64 }
const INNER = 0x36
const OUTER = 0x5c

/**
 * Octets up to which a message is hashed in one go, by RFC 2104's own two hashes. Our choice. Node's Hmac and its key are
 * two native objects each, and what they cost is collecting them: half of all that a call's members do between two hops.
 */
const SHORT_OCTETS = 2_048

function hmac(kind: Kind, key: Uint8Array | Secret, parts: readonly Uint8Array[]): Uint8Array {
  const raw = expose(key)
  const octets = octetsOf(parts)
  if (raw.length > kind.block || octets > SHORT_OCTETS) return streamed(kind, raw, parts)
  const { name, block } = kind
  const inner = padded(raw, INNER, block, octets)
  let at = block
  for (const part of parts) {
    inner.set(part, at)
    at += part.length
  }
  const outer = padded(raw, OUTER, block, kind.digest)
  const digest = hash(name, inner, 'buffer')
  outer.set(digest, block)
  const tag = plain(hash(name, outer, 'buffer'))
  inner.fill(0)
  outer.fill(0)
  digest.fill(0)
  return tag
}

/** A block of the key, each octet XOR `pad`, before so many octets. */
function padded(key: Uint8Array, pad: number, block: number, octets: number): Uint8Array {
  const whole = new Uint8Array(block + octets)
  for (let at = 0; at < key.length; at += 1) whole[at] = key[at]! ^ pad
  whole.fill(pad, key.length, block)
  return whole
}

function streamed({ name }: Kind, raw: Uint8Array, parts: readonly Uint8Array[]): Uint8Array {
  // On Node 24 a raw key costs several times what making a key object of it does.
  const state = createHmac(name, createSecretKey(raw))
  for (const part of parts) state.update(part)
  return plain(state.digest())
}

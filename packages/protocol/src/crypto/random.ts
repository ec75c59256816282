import { sha256 } from '#backend/hash.ts'
import { concat, utf8 } from './bytes.ts'

/** A source of random octets: `octets` in, that many fresh octets out, in an array that the caller owns. */
export type Random = (octets: number) => Uint8Array

/**
 * A repeatable source, for tests and replays only: who knows `seed` knows everything that comes out. Block n is
 * SHA-256("hufu test random" ‖ seed ‖ n in four octets), our choice; the same on both backends.
 *
 * @param seed any number of octets.
 */
export function seededRandomForTests(seed: Uint8Array): Random {
  const prefix = concat(utf8('hufu test random'), seed)
  let block = 0
  let left: Uint8Array = new Uint8Array()
  return (octets) => {
    const out = new Uint8Array(octets)
    for (let at = 0; at < octets;) {
      if (left.length === 0) left = sha256(prefix, bigEndian32(block++))
      const taken = left.subarray(0, octets - at)
      out.set(taken, at)
      left = left.subarray(taken.length)
      at += taken.length
    }
    return out
  }
}

function bigEndian32(value: number): Uint8Array {
  return Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value)
}

import { platform } from '../platform.ts'
import type { Random } from '../random.ts'

/** Octets that one call of `getRandomValues` fills at most (Web Cryptography §10.1.1). */
const CALL_OCTETS = 65_536

/** The system's own source: never runs dry, never repeats. */
export const random: Random = (octets) => {
  const out = new Uint8Array(octets)
  for (let at = 0; at < octets; at += CALL_OCTETS) {
    platform.crypto.getRandomValues(out.subarray(at, at + CALL_OCTETS))
  }
  return out
}

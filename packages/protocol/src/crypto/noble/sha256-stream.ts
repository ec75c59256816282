import { sha256 } from '@noble/hashes/sha2.js'

import type { HashStream } from '../hash.ts'

/** A SHA-256 (FIPS 180-4) that is fed piece by piece. */
export function sha256Stream(): HashStream {
  const state = sha256.create()
  return {
    update: (part) => void state.update(part),
    digest: () => state.digest(),
  }
}

import { createHash } from 'node:crypto'

import type { HashStream } from '../hash.ts'
import { plain } from './buffers.ts'

/** A SHA-256 (FIPS 180-4) that is fed piece by piece. */
export function sha256Stream(): HashStream {
  const state = createHash('sha256')
  return {
    update: (part) => void state.update(part),
    digest: () => plain(state.digest()),
  }
}

import { argon2Sync } from 'node:crypto'

import { type Argon2id, requireArgon2Input } from '../argon2id-cost.ts'
import { plain } from './buffers.ts'

/** Argon2id (RFC 9106). Blocks the thread for as long as it takes. */
export const argon2id: Argon2id = (password, salt, cost, octets) => {
  requireArgon2Input(salt, cost, octets)
  return plain(
    argon2Sync('argon2id', {
      message: password,
      nonce: salt,
      memory: cost.memoryKiB,
      passes: cost.passes,
      parallelism: cost.parallelism,
      tagLength: octets,
    }),
  )
}

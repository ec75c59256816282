import { argon2id as noble } from '@noble/hashes/argon2.js'

import { type Argon2id, requireArgon2Input } from '../argon2id-cost.ts'

/** Argon2id (RFC 9106). Blocks the thread for as long as it takes, here some seven times as long as in Node. */
export const argon2id: Argon2id = (password, salt, cost, octets) => {
  requireArgon2Input(salt, cost, octets)
  const { memoryKiB, passes, parallelism } = cost
  return noble(password, salt, { m: memoryKiB, t: passes, p: parallelism, dkLen: octets })
}

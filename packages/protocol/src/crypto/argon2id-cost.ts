import { misuse } from './input.ts'

/** How dear a guess is made (RFC 9106 §3.1). */
export interface Argon2Cost {
  /** Memory in KiB: at least 8 for each lane. */
  readonly memoryKiB: number
  /** Passes over the memory: at least 1. */
  readonly passes: number
  /** Lanes: at least 1. */
  readonly parallelism: number
}

/** Argon2id (RFC 9106): password, salt of 8 octets or more, cost, and how many octets to derive (4 or more). */
export type Argon2id = (
  password: Uint8Array,
  salt: Uint8Array,
  cost: Argon2Cost,
  octets: number,
) => Uint8Array

/**
 * Checks the limits of RFC 9106 §3.1, alike for both backends.
 *
 * @throws {HufuError} `ERR_CRYPTO_INPUT` if one is not kept.
 */
export function requireArgon2Input(salt: Uint8Array, cost: Argon2Cost, octets: number): void {
  const { memoryKiB, passes, parallelism } = cost
  if (![memoryKiB, passes, parallelism, octets].every(Number.isSafeInteger)) {
    throw misuse('Argon2id takes whole numbers')
  }
  if (salt.length < 8) throw misuse('Argon2id salt is shorter than 8 octets')
  if (parallelism < 1 || passes < 1 || memoryKiB < 8 * parallelism || octets < 4) {
    throw misuse('Argon2id cost or output length is below the limits of RFC 9106')
  }
}

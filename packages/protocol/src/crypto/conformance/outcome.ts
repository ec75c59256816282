import { hex, unhex } from '../bytes.ts'
import { misuse } from '../input.ts'
import type { Random } from '../random.ts'
import { type ErrorCode, HufuError } from '../../wire/errors.ts'

/** Whether `bytes` are the octets that `expected` writes. */
export function is(bytes: Uint8Array | undefined, expected: string): boolean {
  return bytes !== undefined && hex(bytes) === expected
}

/** What `attempt` gives; `undefined` too if it refuses its input by throwing. Other errors are passed on. */
export function orRefusal<T>(attempt: () => T | undefined): T | undefined {
  try {
    return attempt()
  } catch (error) {
    if (error instanceof HufuError && error.code === 'ERR_CRYPTO_INPUT') return undefined
    throw error
  }
}

/** Whether `attempt` throws just this code. */
export function throws(code: ErrorCode, attempt: () => unknown): boolean {
  try {
    attempt()
    return false
  } catch (error) {
    return error instanceof HufuError && error.code === code
  }
}

/** A random source that deals out the octets that `digits` write, and no more. */
export function dealer(digits: string): Random {
  const octets = unhex(digits)
  let at = 0
  return (count) => {
    const dealt = octets.slice(at, at + count)
    if (dealt.length < count) throw misuse('the vector has no more randomness')
    at += count
    return dealt
  }
}

/** A copy with the lowest bit of octet `at` flipped; negative counts from the end. */
export function flipped(bytes: Uint8Array, at: number): Uint8Array {
  const copy = bytes.slice()
  const index = at < 0 ? copy.length + at : at
  copy[index] = (copy[index] ?? 0) ^ 1
  return copy
}

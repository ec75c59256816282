import { Secret } from '../crypto/index.ts'

/**
 * `value` with every object in it frozen, so that a step which changes its input throws. Octets cannot be frozen, and
 * secrets are meant to be wiped: both are left as they are.
 */
export function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value
  if (value instanceof Secret || ArrayBuffer.isView(value) || Object.isFrozen(value)) return value
  Object.freeze(value)
  for (const part of Object.values(value)) frozen(part)
  return value
}

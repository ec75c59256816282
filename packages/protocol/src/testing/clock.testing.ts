import type { Ms } from '../wire/units.ts'

/** A moment of the test's own clock, in milliseconds. */
export function at(ms: number): Ms {
  return ms as Ms
}

import { damaged } from './store.ts'

/** Milliseconds since 1970-01-01T00:00Z of each guess, oldest first, by key. */
export type Guesses = ReadonlyMap<string, readonly number[]>

/** A guess is kept no longer: the longest window that anybody counts in is a day. Our choice. */
const KEPT_MS = 7 * 86_400_000

/**
 * `guesses` with one more under `key`. What is older than a week goes; what lies in the future stays, so that a clock
 * set back forgives nothing.
 */
export function withGuess(guesses: Guesses, key: string, nowUnixMs: number): Guesses {
  const kept = new Map<string, readonly number[]>()
  for (const [each, times] of guesses) {
    const recent = times.filter((time) => time > nowUnixMs - KEPT_MS)
    if (recent.length > 0) kept.set(each, recent)
  }
  return kept.set(key, [...(kept.get(key) ?? []), nowUnixMs])
}

/** `guesses` without the newest under `key`. */
export function withoutGuess(guesses: Guesses, key: string): Guesses {
  return new Map(
    [...guesses]
      .map(([each, times]) => [each, each === key ? times.slice(0, -1) : times] as const)
      .filter(([, times]) => times.length > 0),
  )
}

/** What stands in the file of guesses: pairs, since a key may be any text. */
export function writeGuesses(guesses: Guesses): object {
  return { guesses: [...guesses] }
}

/**
 * Reads what {@link writeGuesses} made; no object: no guesses.
 *
 * @throws {HufuError} `ERR_PROFILE` if it has a wrong form.
 */
export function readGuesses(
  object: Readonly<Record<string, unknown>> | undefined,
  path: string,
): Guesses {
  const pairs: unknown = object === undefined ? [] : object['guesses']
  if (!Array.isArray(pairs) || !pairs.every(isPair)) throw damaged(path)
  return new Map(pairs)
}

function isPair(value: unknown): value is readonly [string, readonly number[]] {
  if (!Array.isArray(value) || value.length !== 2) return false
  const [key, times]: readonly unknown[] = value
  return (
    typeof key === 'string' &&
    Array.isArray(times) &&
    times.every((time) => typeof time === 'number')
  )
}

import { HufuError } from '@hufu/protocol/wire'
import type { Profile } from '../profile.ts'

/** Guesses that anybody may make at one passphrase within {@link WINDOW_MS}, here or there. Our choices. */
const MOST = 10
const WINDOW_MS = 86_400_000

/** One guess that the other end may now make, counted before it can. */
export interface CountedGuess {
  /** It was none. */
  forgive(): void
}

/**
 * Counts a guess under `key` (a name of our own, or one that we ring) where there is a profile to count in.
 *
 * @throws {HufuError} `ERR_PAIR_THROTTLED` when there have been too many.
 */
export async function countGuess(profile: Profile | undefined, key: string): Promise<CountedGuess> {
  if (profile === undefined) return { forgive: () => undefined }
  const count = await profile.countGuess(key, Date.now(), WINDOW_MS)
  if (count > MOST)
    throw new HufuError('ERR_PAIR_THROTTLED', `${MOST} wrong passphrases within a day`)
  return { forgive: () => void profile.forgiveGuess(key).catch(() => undefined) }
}

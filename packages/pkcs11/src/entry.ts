import { logIn, type PinNotes } from './pin.ts'
import type { Acts } from './token/messages.ts'
import { startToken, type TokenPlace, type TokenThread } from './token/thread.ts'

/** Which token, its PIN, and where wrong PINs are noted. */
export interface TokenEntry extends TokenPlace {
  readonly notes: PinNotes
}

/**
 * Does `act` in a token that has let us in, on a thread that goes on afterwards. If anything fails it ends.
 *
 * @param worker a file that calls `serveToken` with the same acts
 * @throws {HufuError} `ERR_HSM_…`; what `entry.notes` and `act` throw.
 */
export async function enterToken<A extends Acts<A>, T>(
  worker: URL,
  { notes, ...place }: TokenEntry,
  act: (thread: TokenThread<A>) => Promise<T>,
): Promise<T> {
  const thread = await startToken<A>(worker, place)
  try {
    await logIn(thread, place.pin, notes)
    return await act(thread)
  } catch (error) {
    await thread.end()
    throw error
  }
}

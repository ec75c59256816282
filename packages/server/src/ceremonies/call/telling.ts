import { setImmediate as turn } from 'node:timers/promises'

/** Users after whom whatever else the server has to do comes first. Our choice: a millisecond or two. */
const AT_ONCE = 32

/**
 * Tells many users' terminals something, one telling after the other: so a ring is told before its end. Whoever asked for it
 * has been answered meanwhile: how long it takes depends on who is signed in, and where, and is not for them to know.
 */
export interface Telling {
  each<T>(these: readonly T[], tell: (one: T) => Promise<void>): void
  /** Nobody is told anything any more. */
  stop(): void
}

/** The tellings of one node. `failed` is told what goes wrong with one; the others go on. */
export function tellingOf(failed: (error: unknown) => void): Telling {
  let last = Promise.resolve()
  let stopped = false
  const all = async <T>(these: readonly T[], tell: (one: T) => Promise<void>): Promise<void> => {
    // what is answered meanwhile leaves with the first of two turns
    await turn()
    for (const [at, one] of these.entries()) {
      if (at % AT_ONCE === 0) await turn()
      if (stopped) return
      await tell(one)
    }
  }
  return {
    each(these, tell) {
      last = last.then(() => all(these, tell)).catch(failed)
    },
    stop() {
      stopped = true
    },
  }
}

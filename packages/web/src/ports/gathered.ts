/** Writes octets that follow one another, few at a time, in few large steps. */
export interface Gathered {
  /**
   * Takes pieces over; `at`: where the first belongs. Resolves when more may come: what was taken is written within
   * {@link GATHER_MS}, or by {@link flush}. Rejects if something before could not be written.
   */
  write(at: number, pieces: readonly Uint8Array[]): Promise<void>
  /** Resolves when all of it is written. Rejects as {@link write} does. */
  flush(): Promise<void>
}

/** Octets that are written at a time: each step wakes another thread. Our choice; thrice as much may be in memory. */
const STEP_OCTETS = 1_048_576
/** Milliseconds that a piece may wait for company: so much of what has come is lost if the page is closed. Our choice. */
const GATHER_MS = 100

/** `writeAll` writes pieces one behind the other; it is called again only when it has resolved. */
export function gathered(
  writeAll: (at: number, pieces: readonly Uint8Array[]) => Promise<void>,
): Gathered {
  let pieces: Uint8Array[] = []
  let from = 0
  let octets = 0
  let writing: Promise<void> = Promise.resolve()
  /** Runs after a step, or when nothing came since the last. */
  let timer: ReturnType<typeof setTimeout> | undefined

  /** Begins the next step behind those before it, and resolves when these are done. */
  const step = (): Promise<void> => {
    const before = writing
    const [at, all] = [from, pieces]
    from += octets
    pieces = []
    octets = 0
    if (all.length > 0) writing = before.then(() => writeAll(at, all))
    writing.catch(() => undefined) // the next that waits for it hears of it
    return before
  }

  const wait = (): void => {
    timer = setTimeout(() => {
      timer = undefined
      if (octets === 0) return
      step().catch(() => undefined)
      wait()
    }, GATHER_MS)
  }

  return {
    async write(at, more) {
      if (at !== from + octets) await step()
      if (pieces.length === 0) from = at
      for (const piece of more) {
        pieces.push(piece)
        octets += piece.length
      }
      const isFirst = timer === undefined
      if (isFirst) wait()
      if (isFirst || octets >= STEP_OCTETS) await step()
    },
    async flush() {
      clearTimeout(timer)
      timer = undefined
      await step()
      await writing
    },
  }
}

/*
 * A terminal has one connection, and a browser is one terminal: of its tabs, one at a time is connected as that.
 */

/** The terminal, held by this tab. */
export interface Hold {
  /** Aborted when another tab has taken it. */
  readonly lost: AbortSignal
  release(): void
}

const TERMINAL = 'hufu terminal'
const TALK = 'hufu terminal talk'

/**
 * Holds the terminal: if it is free, when it becomes free, or by taking it from the tab that holds it.
 *
 * Resolves to undefined if it is not free and that was asked, or if `signal` was aborted.
 */
export function holdTerminal(
  how: 'if-free' | 'wait' | 'take',
  signal?: AbortSignal,
): Promise<Hold | undefined> {
  return new Promise((resolve) => {
    const released = Promise.withResolvers<void>()
    const lost = new AbortController()
    const hold: Hold = { lost: lost.signal, release: () => released.resolve() }
    const options: LockOptions = {
      ...(how === 'if-free' ? { ifAvailable: true } : {}),
      ...(how === 'take' ? { steal: true } : {}),
      ...(how === 'wait' && signal !== undefined ? { signal } : {}),
    }
    navigator.locks
      .request(TERMINAL, options, (lock) => {
        if (lock === null) return resolve(undefined)
        resolve(hold)
        return released.promise
      })
      .catch(() => {
        lost.abort()
        resolve(undefined)
      })
  })
}

/** Runs `talk`, which would end if another tab took the terminal. */
export async function talkAtTerminal(talk: () => Promise<void>): Promise<void> {
  await navigator.locks.request(TALK, talk)
}

/** Whether another tab is in such a talk. */
export async function isTalkAtTerminal(): Promise<boolean> {
  const { held = [] } = await navigator.locks.query()
  return held.some(({ name }) => name === TALK)
}

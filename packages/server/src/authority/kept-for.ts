import type { Clock, UnixMs } from '../clock.ts'

/** Octets that are made when they are asked for, and again when they are old. */
export interface KeptFor {
  get(): Promise<Uint8Array>
  /** They are made anew when they are asked for next. */
  drop(): void
}

/** What `make` made is handed out for `ms`; a failure is not kept. */
export function keptFor(
  ms: number,
  clock: Pick<Clock, 'wall'>,
  make: (now: UnixMs) => Promise<Uint8Array>,
): KeptFor {
  let kept: { readonly made: number; readonly octets: Promise<Uint8Array> } | undefined
  return {
    get() {
      const now = clock.wall()
      if (kept === undefined || now - kept.made >= ms || now < kept.made) {
        const made = { made: now, octets: make(now) }
        made.octets.catch(() => {
          if (kept === made) kept = undefined
        })
        kept = made
      }
      return kept.octets
    },
    drop() {
      kept = undefined
    },
  }
}

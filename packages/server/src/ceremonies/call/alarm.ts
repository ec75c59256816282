import { after, type Ms } from '@hufu/protocol/wire'
import type { Clock } from '../../clock.ts'

/** One timer, for whichever comes first of what it was set for. */
export interface Alarm {
  /** Goes off in so many milliseconds, unless it does before. */
  set(ms: number): void
  stop(): void
}

/** An alarm that calls `act`, once for each time that it goes off. */
export function alarmOf(clock: Clock, act: () => void): Alarm {
  let due: { readonly at: Ms; readonly cancel: () => void } | undefined
  let stopped = false
  return {
    set(ms) {
      const at = after(clock.now(), Math.max(0, ms))
      if (stopped || (due !== undefined && due.at <= at)) return
      due?.cancel()
      const cancel = clock.wake(at, () => {
        due = undefined
        act()
      })
      due = { at, cancel }
    },
    stop() {
      stopped = true
      due?.cancel()
    },
  }
}

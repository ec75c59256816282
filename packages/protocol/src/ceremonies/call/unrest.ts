import { after, type Ms } from '../../wire/units.ts'
import type { CallEffect } from './effects.ts'
import type { SeatChoice } from './seat-start.ts'

/** Whether another may rightly host the call: a host was out of reach of late, as far as this end can tell by itself. */
export interface Unrest {
  is(now: Ms): boolean
  begin(now: Ms): void
  /** What this end has found: a host was not heard, or has been followed by one who says so. */
  follow(effects: readonly CallEffect[], now: Ms): void
  /** Somebody was heard. */
  heard(now: Ms): void
  /** This end's own connection is back. */
  online(choice: SeatChoice | undefined, now: Ms): void
}

/** Our choice, in milliseconds: as long as anybody asks to be brought in again. */
const UNREST_MS = 120_000

/** None yet. */
export function restlessness(): Unrest {
  let until = 0 as Ms
  let heardAt = 0 as Ms
  const begin = (now: Ms): void => {
    until = after(now, UNREST_MS)
  }
  return {
    is: (now) => now < until,
    begin,
    follow(effects, now) {
      if (effects.some(showsUnrest)) begin(now)
    },
    heard(now) {
      heardAt = now
    },
    online(choice, now) {
      if (choice !== undefined && now >= after(heardAt, silenceMs(choice))) begin(now)
    },
  }
}

function showsUnrest(effect: CallEffect): boolean {
  return effect.do === 'deaf' ? effect.deaf : effect.do === 'host' && effect.how === 'taken'
}

/** Who has heard nobody for so long may itself not have been heard for as long as it takes to be followed. */
function silenceMs({ policy: { deafMs, beatMs, cutMs } }: SeatChoice): Ms {
  return Math.max(0, deafMs - 2 * beatMs - cutMs) as Ms
}

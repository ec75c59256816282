import type { Ms } from '../wire/units.ts'
import type { GroupEffect } from './effects.ts'
import { wipeEpoch, type EpochKeys } from './secrets.ts'

/** Keys that are not in use any more, and under which frames are still taken. */
export interface FormerKey {
  readonly keys: EpochKeys
  readonly until: Ms
}

/** What one end has of a group's keys, when it passes from member to host or back. */
export interface Held {
  /** In use. */
  readonly keys: EpochKeys
  readonly former: readonly FormerKey[]
  /** The highest epoch that it knows of. */
  readonly latest: number
  /** Somebody has left, and the key is still the one from before. */
  readonly cut: boolean
}

/** Keys under which frames that are on their way are still taken. */
export interface FormerKeys {
  keep(keys: EpochKeys, until: Ms): void
  /** Lets go of all whose time is over, and wipes them. */
  forget(now: Ms): GroupEffect[]
  /** Lets go of all from that epoch on: a new host has numbers of its own. */
  forgetFrom(epoch: number): GroupEffect[]
  /** When the next one's time is over. */
  wakesAt(): Ms
  /** All of them, for another to keep. */
  hand(): readonly FormerKey[]
}

/** Begins with those that another has kept. */
export function formerKeys(handed: readonly FormerKey[] = []): FormerKeys {
  let kept = handed
  const drop = (isOver: (one: FormerKey) => boolean): GroupEffect[] => {
    const over = kept.filter(isOver)
    if (over.length === 0) return []
    kept = kept.filter((one) => !isOver(one))
    return over.map(({ keys }) => {
      wipeEpoch(keys)
      return { do: 'forget', epoch: keys.epoch }
    })
  }
  return {
    keep(keys, until) {
      kept = [...kept, { keys, until }]
    },
    forget: (now) => drop(({ until }) => now >= until),
    forgetFrom: (epoch) => drop(({ keys }) => keys.epoch >= epoch),
    wakesAt: () => kept.reduce((first, { until }) => (until < first ? until : first), NEVER),
    hand() {
      const all = kept
      kept = []
      return all
    },
  }
}

/** A time that does not come. */
export const NEVER: Ms = Infinity as Ms

import type { CallEffect } from '@hufu/protocol/call'
import type { EpochKeys, Roster } from '@hufu/protocol/group'
import type { Ms } from '@hufu/protocol/wire'
import type { CallEvent } from './events.ts'
import type { Frames } from './frames.ts'
import type { Sounding } from './sounding.ts'
import type { Talking } from './talking.ts'

/** The keys of a call, put to use as its machine says: for media, and for what is said. */
export interface Epochs {
  /** Of the key in use; undefined before there is one. */
  readonly current: number | undefined
  /** Nobody else has it. */
  readonly isAlone: boolean
  /** This end has it from the beginning. */
  begin(keys: EpochKeys): void
  accept(keys: EpochKeys): void
  use(effect: Extract<CallEffect, { do: 'switch' }>): void
  forget(epoch: number): void
}

export interface EpochsPorts {
  readonly self: number
  readonly now: () => Ms
  readonly roster: () => Roster | undefined
  /** What is said is sealed in these. */
  readonly frames: Frames
  readonly sound: Sounding
  readonly talk: Talking
  readonly tell: (event: CallEvent) => void
  /** A key has come into use. */
  readonly moved: (epoch: number) => void
}

export function epochsOf(ports: EpochsPorts): Epochs {
  const { self, now, frames, sound, talk, tell } = ports
  const preparedAt = new Map<number, Ms>()
  let current: number | undefined
  /** Members that are told apart by now: the roster's own, which are others whenever one of them is another. */
  let audience: ReadonlyMap<number, unknown> = NOBODY
  let isAlone = true

  const accept = (keys: EpochKeys): void => {
    if (!preparedAt.has(keys.epoch)) preparedAt.set(keys.epoch, now())
    frames.accept(keys)
    sound.accept(keys)
    talk.accepted(keys)
  }

  const begin = (keys: EpochKeys): void => {
    accept(keys)
    sound.use(keys)
    frames.use(keys)
    current = keys.epoch
  }

  return {
    get current() {
      return current
    },
    get isAlone() {
      return isAlone
    },
    begin,
    accept,
    use({ keys, reason }) {
      begin(keys)
      const { epoch } = keys
      ports.moved(epoch)
      const tookMs = now() - (preparedAt.get(epoch) ?? now())
      for (const one of preparedAt.keys()) if (one <= epoch) preparedAt.delete(one)
      const members = ports.roster()?.members ?? NOBODY
      tell({ type: 'hop', epoch, reason, tookMs, members: members.size })
      if (members !== audience) {
        audience = members
        isAlone = members.size <= 1
        talk.audience(new Set([...members.keys()].filter((index) => index !== self)))
      }
      // what was on its way under the key before is unreadable where that is gone
      if (AT_ONCE.has(reason)) talk.again()
    },
    forget(epoch) {
      sound.forget(epoch)
      frames.forget(epoch)
    },
  }
}

const NOBODY: ReadonlyMap<number, unknown> = new Map()
/** Reasons for which the key before is forgotten at once. */
const AT_ONCE: ReadonlySet<string> = new Set(['left', 'host', 'returned'])

/** Without the keys that are forgotten further on: by now they are wiped. */
export function lasting(effects: readonly CallEffect[]): readonly CallEffect[] {
  if (!effects.some((one) => one.do === 'forget')) return effects
  const forgotten = new Set(effects.flatMap((one) => (one.do === 'forget' ? [one.epoch] : [])))
  return effects.filter((one) => !('keys' in one && forgotten.has(one.keys.epoch)))
}

import { hex } from '@hufu/protocol/crypto'
import { HufuError } from '@hufu/protocol/wire'
import type { RingingCall } from '@hufu/terminal'
import { MESSAGES } from '../messages.ts'
import type { Output } from '../output.ts'
import { keyOf, keyText } from './tell.ts'

/*
 * Whoever calls here, one after the other:
 *
 *   rings ─ this end is free ─→ asked about ─→ taken, or declined
 *     └─ it talks: shown ─ /answer ─→ taken, once this end has left
 *                     ├─ /reject ─→ declined
 *                     └─ it rings no longer: missed
 */

/** One who calls. */
export interface Rung {
  readonly ring: RingingCall
  /** Taken already, by `/answer`. */
  readonly isTaken: boolean
  /** Whole seconds that are left to answer. */
  secondsLeft(): number
}

/** Those who call here, and are not answered yet. */
export interface Rings {
  /** Somebody calls: for the terminal library. */
  rang(ring: RingingCall): void
  /**
   * Whoever is to be answered next: those who were taken by `/answer` first. Rejects with `ERR_INTERRUPTED` when `signal` is
   * aborted. `idle`: nobody calls yet, and it waits.
   */
  next(signal: AbortSignal, idle?: () => void): Promise<Rung>
  /** It was not decided about: something else came between. It is next, if it still rings. */
  back(rung: Rung): void
  /** Whoever calls, and whoever of them was taken by `/answer`: how many. */
  readonly count: number
  readonly taken: number
  /**
   * Talks. Whoever calls meanwhile is shown, and may be taken or declined from there.
   *
   * @param canChoose whether somebody sits there who can type `/answer`
   */
  beside<T>(canChoose: boolean, talk: (others: Others) => Promise<T>): Promise<T>
}

/** What somebody who talks can do about those who call meanwhile. */
export interface Others {
  /** Takes the first who calls: this end is to leave what it is in. False if there is nobody to be taken from here. */
  answer(): boolean
  /** Declines the first who calls. */
  reject(): void
}

/** Nobody calls yet. `now` in milliseconds, of a clock that never goes back. */
export function ringsHere(output: Output, now: () => number = () => performance.now()): Rings {
  const waiting: Rung[] = []
  let talking: 'no' | 'yes' | 'and can choose' = 'no'
  let wake: () => void = () => undefined

  const missed = ({ ring }: Rung): void => {
    const at = waiting.findIndex((one) => one.ring === ring)
    if (at < 0) return
    waiting.splice(at, 1)
    tellMissed(ring, output)
  }
  const take = (): Rung | undefined => {
    const at = waiting.findIndex((one) => one.isTaken)
    return waiting.splice(Math.max(0, at), 1)[0]
  }
  const show = (ring: RingingCall): void => {
    const { caller: who } = ring
    // strangers, and whoever comes with another key, are not to learn whether one is in a call
    if (typeof who !== 'string' && who.pinned === 'same') ring.busy()
    void output.event({ event: 'waits', ...callerOf(ring) })
    output.note(callsText(ring, 'calls too'))
    const after = 'it rings on, and is asked about once this is over'
    output.note(
      talking === 'and can choose'
        ? `  /answer leaves this and takes it, /reject declines it; ${after}`
        : `  ${after}`,
    )
  }

  return {
    rang(ring) {
      const until = now() + ring.ringMs
      const secondsLeft = (): number => Math.max(0, Math.floor((until - now()) / 1_000))
      const one: Rung = { ring, isTaken: false, secondsLeft }
      ring.signal.addEventListener('abort', () => missed(one), { once: true })
      waiting.push(one)
      if (talking !== 'no') show(ring)
      wake()
    },
    async next(signal, idle) {
      const stopped = (): void => wake()
      signal.addEventListener('abort', stopped)
      try {
        for (;;) {
          if (signal.aborted) throw new HufuError('ERR_INTERRUPTED')
          const first = take()
          if (first !== undefined) return first
          idle?.()
          idle = undefined
          await new Promise<void>((resolve) => (wake = resolve))
        }
      } finally {
        signal.removeEventListener('abort', stopped)
      }
    },
    back(rung) {
      if (!rung.ring.signal.aborted) waiting.unshift(rung)
    },
    get count() {
      return waiting.length
    },
    get taken() {
      return waiting.filter((one) => one.isTaken).length
    },
    async beside(canChoose, talk) {
      talking = canChoose ? 'and can choose' : 'yes'
      for (const { ring } of waiting) show(ring)
      try {
        return await talk({
          answer() {
            const [first] = waiting
            if (first === undefined) {
              output.note('nobody else calls')
              return false
            }
            const why = untakeable(first.ring)
            if (why !== undefined) {
              output.note(`${first.ring.from} ${why}: /reject, or see to it once this is over`)
              return false
            }
            waiting[0] = { ...first, isTaken: true }
            return true
          },
          reject() {
            const first = waiting.shift()
            if (first === undefined) return output.note('nobody else calls')
            first.ring.decline()
            output.note(`${first.ring.from}: declined`)
          },
        })
      } finally {
        talking = 'no'
      }
    },
  }
}

/** Who calls, as `--json` tells it: with the key, or why that is not good. */
export function callerOf({ from, call, caller: who }: RingingCall) {
  const key = typeof who === 'string' ? { code: who } : keyOf(who)
  return { from, call: hex(call), ...key }
}

/** `ann@localhost calls; certified: a software key; …`, or why that cannot be said. */
export function callsText({ from, caller: who }: RingingCall, calls = 'calls'): string {
  return typeof who === 'string'
    ? `${from} ${calls}, and cannot be verified: ${MESSAGES[who].what} (${who})`
    : `${from} ${calls}; certified: ${keyText(who)}`
}

/** Tells that a call rings no longer, and why. */
export function tellMissed({ from, call, signal }: RingingCall, output: Output): void {
  const { reason } = signal as { reason: unknown }
  const code = reason instanceof HufuError ? reason.code : 'ERR_CALL_WITHDRAWN'
  void output.event({ event: 'missed', from, call: hex(call), code })
  output.note(`${from} rings no longer: ${MESSAGES[code].what} (${code})`)
}

/** Why a call is not taken without a question, in the middle of something else. */
function untakeable({ caller: who }: RingingCall): string | undefined {
  if (typeof who === 'string') return 'cannot be verified'
  return who.pinned === 'changed' ? 'has another key than before' : undefined
}

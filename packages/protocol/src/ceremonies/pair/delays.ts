import type { Random } from '../../crypto/index.ts'

/** Real delays remembered. Our choice: enough to look like the present, few enough to forget the past. */
const REMEMBERED = 64

/**
 * How long real answers have lately taken to be released, so that an answer made up for a slot that is not there takes
 * as long: drawn from those, or one step while none is known.
 */
export interface DelaySample {
  /** A real answer was released so many milliseconds after its request. */
  note(delayMs: number): void
  draw(random: Random): number
}

/** An empty sample; `stepMs` as in {@link PairLimits.answerStepMs}. */
export function delaySample(stepMs: number): DelaySample {
  const delays: number[] = []
  let next = 0
  return {
    note(delayMs) {
      delays[next] = delayMs
      next = (next + 1) % REMEMBERED
    },
    draw(random) {
      if (delays.length === 0) return stepMs
      return delays[random(1)[0]! % delays.length]!
    },
  }
}

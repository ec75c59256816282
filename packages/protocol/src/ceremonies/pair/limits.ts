/**
 * How long, how many. All milliseconds are between receipts at the server; the terminals hold the same spans on their
 * own monotonic clocks. Our choices, all of them; an operator may change those that {@link PairLimits} carries.
 */
export interface PairLimits {
  /** Request → answer, by slot or meeting: strictly less. */
  readonly answerMs: number
  /** Request → answer, by name or user: a person has to hear it ring and type. */
  readonly answerByNameMs: number
  /** Answer's limit plus this: request → confirmation, strictly less. */
  readonly confirmMs: number
  /** A slot that nobody has used closes after this. */
  readonly slotLifetimeMs: number
  /** The digits of a slot are not given out again for this long. */
  readonly slotRestMs: number
  /** Answers, real or made up, reach a requester at whole multiples of this after the request. */
  readonly answerStepMs: number
}

export const PAIR_LIMITS: PairLimits = {
  answerMs: 60_000,
  answerByNameMs: 120_000,
  confirmMs: 30_000,
  slotLifetimeMs: 600_000,
  slotRestMs: 3_600_000,
  answerStepMs: 250,
}

import type { ErrorCode } from '@hufu/protocol/wire'

/** What the relay counts, in plain numbers: the data path has no time for more. Read when somebody asks. */
export interface RelayCounts {
  /** Data frames delivered. */
  frames: number
  /** Octets of their payloads. */
  octets: number
  /** Frames of media that were not: too late, too large or too many. */
  dropped: number
  /** Frames of media delivered, among all. */
  media: number
}

/** What calls count. */
export interface CallCounts {
  placed: number
  /** A call is over. */
  ended(code: ErrorCode): void
  /** Somebody rings no longer: they have answered, or why not. */
  rung(outcome: 'answered' | ErrorCode): void
}

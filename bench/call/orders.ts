import type { HopReason } from '@hufu/protocol/group'

/** What the host’s process has those of the bots do; each is answered, under its number. */
export type Order =
  /** So many users are there in all. */
  | { readonly do: 'come'; readonly count: number }
  /** A call of so many of them is about to ring. */
  | { readonly do: 'expect'; readonly count: number; readonly introduced: boolean }
  /** How many of them are in the call, under the key of that epoch, with both connections. */
  | { readonly do: 'look'; readonly epoch: number }
  /** So many send so many frames a second each, at moments evenly spread. */
  | { readonly do: 'speak'; readonly speakers: number; readonly perSecond: number }
  | { readonly do: 'hush' }
  /** The last of them leaves. */
  | { readonly do: 'leave' }
  | { readonly do: 'count' }

/** The answer to an {@link Order}. */
export interface Done {
  /** Milliseconds on the machine's clock, of before it was done. */
  readonly at: number
  /** `come`: nothing; `look`, `expect`: how many. */
  readonly number: number
  readonly users: readonly string[]
  readonly counts: Counts
}

/** Of all bots that were in the last call together. */
export interface Counts {
  /** Frames that were to be sent. */
  readonly sent: number
  /** That were not, of those. */
  readonly late: number
  readonly received: number
  readonly undecryptable: number
  /** Seconds of CPU of the process. */
  readonly cpu: number
}

/** The last bot that is in the call has switched. */
export interface Switched {
  readonly epoch: number
  readonly reason: HopReason
  /** Milliseconds on the machine's clock. */
  readonly at: number
}

/** What the bots' process says. */
export type FromBots =
  | ({ readonly type: 'done'; readonly ref: number } & Done)
  | ({ readonly type: 'switched' } & Switched)
  | { readonly type: 'failed'; readonly why: string }

export interface ToBots {
  readonly ref: number
  readonly order: Order
}

/** Milliseconds on a clock that all processes of a machine have in common. */
export function nowMs(): number {
  return Number(process.hrtime.bigint()) / 1e6
}

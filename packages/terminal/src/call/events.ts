import type { HopReason } from '@hufu/protocol/group'
import type { KeyKind } from '@hufu/protocol/identity'
import type { ErrorCode } from '@hufu/protocol/wire'
import type { Incoming } from '../talk/incoming.ts'

/** By which key a user is in a call: its statement for this call is verified, and how it was met before. */
export interface CallIdentity {
  readonly user: string
  readonly kind: KeyKind
  /** 32 octets. */
  readonly keyId: Uint8Array
  /** `changed`: the user was met with another key before. */
  readonly pinned: 'new' | 'same' | 'changed'
  /** When this user was met first, Unix milliseconds. */
  readonly sinceUnixMs: number
}

/** What becomes of those who are called, and of those in the call. */
export type MemberEvent =
  /**
   * Only the host learns of these. `busy`: in another call, by their own terminals' word; it rings on. `unanswered`: absent,
   * unknown or busy and silent, all alike; in the call already; or another hosts.
   */
  | { readonly type: 'member'; readonly state: 'ringing' | 'busy'; readonly user: string }
  | {
      readonly type: 'member'
      readonly state: 'declined' | 'unanswered'
      readonly user: string
      readonly code: ErrorCode
    }
  /** In the call, and verified. */
  | ({
      readonly type: 'member'
      readonly state: 'joined'
      readonly index: number
    } & CallIdentity)
  /**
   * `lost`: its connection is gone, and it has a while to come back; `left`: by itself, or that while is over; `removed`: the
   * host has taken it out.
   */
  | {
      readonly type: 'member'
      readonly state: 'left' | 'removed' | 'lost' | 'back'
      readonly index: number
      readonly user: string
    }
  /** What came of it does not verify, or it was not asked; it is not let in. */
  | {
      readonly type: 'member'
      readonly state: 'refused'
      readonly index: number
      readonly user: string | undefined
      readonly code: ErrorCode
    }

/** What happens in a call. */
export type CallEvent =
  | MemberEvent
  /** Who hosts from now on. `taken`: the host before was not heard. */
  | {
      readonly type: 'host'
      readonly index: number
      readonly user: string
      readonly self: boolean
      readonly how: 'handed' | 'taken'
    }
  /** A member goes on to claim to host this call, and is not taken for its host here. */
  | { readonly type: 'rival'; readonly index: number; readonly user: string | undefined }
  /** The key has changed. `tookMs`: from when it was prepared here until it was in use here. */
  | {
      readonly type: 'hop'
      readonly epoch: number
      readonly reason: HopReason
      readonly tookMs: number
      readonly members: number
    }
  /** The host is not heard: nothing is sent for now; or it is heard again. */
  | { readonly type: 'deaf'; readonly deaf: boolean }
  | {
      readonly type: 'connection'
      readonly of: 'signalling' | 'media'
      readonly state: 'lost' | 'back'
    }
  /** This end is back in the call, under the index that it had. */
  | { readonly type: 'returned' }
  /** A line. It counts as taken when the reader of the events asks for the next one. */
  | {
      readonly type: 'text'
      readonly index: number
      readonly user: string
      readonly text: string
    }
  | {
      readonly type: 'offer'
      readonly index: number
      readonly user: string
      readonly incoming: Incoming
    }
  | CallClosed

/** The end of it for this terminal. */
export interface CallClosed {
  readonly type: 'closed'
  /** Undefined if this end has left, or ended it. */
  readonly code: ErrorCode | undefined
  /** An operator's words, empty if there are none. */
  readonly reason: string
  /** What this end said and not all have. */
  readonly unacknowledged: number
  readonly counts: CallCounts
}

/** Frames of media so far. */
export interface CallCounts {
  readonly sent: number
  readonly received: number
  /** Of others, by gaps in their numbers. */
  readonly lost: number
  /** Of others, that came and could not be opened. */
  readonly undecryptable: number
  /** Of this end's own, that were not sent: too much was unsent before them, or no key or no connection was there. */
  readonly late: number
}

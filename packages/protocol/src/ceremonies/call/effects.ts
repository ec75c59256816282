import type { GroupEffect } from '../../group/effects.ts'
import type { Departure } from '../../group/roster.ts'
import type { KeyKind } from '../../identity/security-key.ts'
import type { ErrorCode } from '../../wire/errors.ts'
import type { Statement } from '../../wire/statement.ts'

/** What a machine of a call has its terminal do, in this order. */
export type CallEffect =
  /** A data frame of the signalling session, to all others or to one member. */
  | { readonly do: 'send'; readonly to: 'all' | number; readonly frame: Uint8Array }
  /** The KEY signs this; the machine waits for `signed` with that number. */
  | { readonly do: 'sign'; readonly batch: number; readonly statement: Statement }
  /** The KEY agrees with this public share; the machine waits for `agreed`. */
  | { readonly do: 'agree'; readonly share: Uint8Array }
  /** Whose key is at that index: its S1 is good. */
  | {
      readonly do: 'verified'
      readonly index: number
      readonly user: string
      readonly kind: KeyKind
      readonly keyId: Uint8Array
    }
  /** What that member's application has said to all, sealed under its keys of an epoch; the epoch may still be to come. */
  | { readonly do: 'data'; readonly from: number; readonly octets: Uint8Array }
  /** The member is out. The host has the server take it out too, unless it is `lost`: it may come back. */
  | { readonly do: 'left'; readonly index: number; readonly how: Departure }
  /** The member's connection is gone, and it has a while to come back; it is back. */
  | { readonly do: 'away'; readonly index: number }
  | { readonly do: 'back'; readonly index: number }
  /** This end lacks a step and asks to be brought in again; it is in again. */
  | { readonly do: 'returning' }
  | { readonly do: 'returned' }
  /** What came of that member is not taken: the host has the server take it out; a member shows it. */
  | { readonly do: 'refused'; readonly index: number; readonly code: ErrorCode }
  /** It is over for this end. All keys are wiped. */
  | { readonly do: 'over'; readonly code: ErrorCode }
  | Exclude<GroupEffect, { readonly do: 'send' }>

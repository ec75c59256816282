import type { GroupMessage } from './messages.ts'
import type { EpochKeys } from './secrets.ts'

/** Why the key changed. `renewed`: the call's secret had served long enough. `host`: another hosts the call. */
export const HOP_REASONS = [
  'time',
  'volume',
  'asked',
  'joined',
  'left',
  'renewed',
  'returned',
  'host',
] as const
export type HopReason = (typeof HOP_REASONS)[number]

/** What a machine of a group has its terminal do, in this order. */
export type GroupEffect =
  | { readonly do: 'send'; readonly to: 'all' | number; readonly message: GroupMessage }
  /** Frames under these keys may come from now on: the host, or a faster member, is ahead. */
  | { readonly do: 'accept'; readonly keys: EpochKeys }
  /** Frames are sealed under these keys from now on; they have been accepted before, or are now. */
  | { readonly do: 'switch'; readonly keys: EpochKeys; readonly reason: HopReason }
  /** Frames of that epoch are not taken any more. Its keys are wiped by the machine. */
  | { readonly do: 'forget'; readonly epoch: number }
  /** The host is not heard, and nothing is sent for now; it is heard again. */
  | { readonly do: 'deaf'; readonly deaf: boolean }
  /** Who hosts from now on. If it is this end, its terminal tells the server (`call.hosts`). `epoch`: the latest known. */
  | {
      readonly do: 'host'
      readonly index: number
      readonly epoch: number
      readonly how: HostChange
    }
  /** A member goes on to say that it hosts this group, and is not taken for its host here. Once for each, while it goes on. */
  | { readonly do: 'rival'; readonly index: number; readonly term: number }

/** `taken`: the host before was not heard. */
export type HostChange = 'handed' | 'taken'

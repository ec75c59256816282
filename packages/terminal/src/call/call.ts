import type { CallCode } from '@hufu/protocol/call'
import type { ErrorCode, HufuError } from '@hufu/protocol/wire'
import type { FileSource, Progress } from '../talk/files.ts'
import type { CallCounts, CallEvent, CallIdentity } from './events.ts'
import type { FileOutcome } from './sending.ts'

/** A call, from a terminal that is in it. What only its host may do rejects with `ERR_CALL_HOST` elsewhere. */
export interface Call {
  /** 16 octets. */
  readonly id: Uint8Array
  /** This terminal's index in it. */
  readonly self: number
  readonly isHost: boolean
  /** Index of the host, as the roster has it; undefined before this end is in. */
  readonly host: number | undefined
  /** Those whose statements are verified, by index; this end is among them. */
  readonly members: ReadonlyMap<number, CallMemberInfo>
  /** Users who are rung, as far as this host knows. */
  readonly ringing: ReadonlySet<string>
  /** Undefined before this end is in. */
  readonly epoch: number | undefined
  /** What to compare; undefined before all who are in are verified here. */
  readonly code: CallCode | undefined
  readonly counts: CallCounts
  /** What happens, for one reader, up to and including `closed`. */
  events(): AsyncIterable<CallEvent>
  /** Whoever wants the others' media is called with each frame's content, which is its own from then on. */
  hearMedia(heard: (from: number, payload: Uint8Array) => void): void
  /** Sends one frame of media to all, if that makes sense now: what would be late is dropped, and counted. */
  sendMedia(payload: Uint8Array): void
  /**
   * Says a line to all who are in the call, or will be first. Resolves when there is room for more; `acknowledged` when
   * all who are there have taken it. Both reject with the code of the end if that comes first, `acknowledged` with
   * `ERR_PEER_GONE` too if all whom it was for have left.
   */
  say(text: string): Promise<{ readonly acknowledged: Promise<void> }>
  /** Offers one file to all; resolves when all who took it have stored it. Whoever opened the source closes it. */
  sendFile(
    source: FileSource,
    options?: {
      readonly on?: (progress: Progress) => void
      /** Told once of each member that it was offered to, what has become of it there. */
      readonly outcome?: (user: string | undefined, outcome: FileOutcome, code?: ErrorCode) => void
    },
  ): Promise<void>
  /** Has further users rung. Host only. */
  invite(users: readonly string[]): Promise<void>
  /** Takes a member out, or stops ringing a user. Host only. */
  remove(user: string): Promise<void>
  /** Makes a member the host. Host only. */
  hand(user: string): Promise<void>
  /** Changes the key now. Host only. */
  hop(): Promise<void>
  /**
   * Leaves, once all have what was said here, or {@link Call.abort} comes first. A host hands over to the next in order;
   * if there is none, the call is over.
   */
  leave(): Promise<void>
  /** Ends it for all, once all have what was said here. Host only. */
  end(): Promise<void>
  /** Leaves at once; with an error, that is why. */
  abort(error?: HufuError): void
}

/** One who is in the call. */
export interface CallMemberInfo extends CallIdentity {
  readonly index: number
  readonly state: 'here' | 'lost'
}

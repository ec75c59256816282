import type { ErrorCode } from '@hufu/protocol/wire'
import type { FromServer } from '../connection/messages.ts'
import type { Identified } from '../identity/introductions.ts'
import type { FileSource, Progress } from './files.ts'
import type { Incoming } from './incoming.ts'

/*
 * A talk: what two paired people have, over one session after another. A session outlives lost connections; a talk
 * outlives lost sessions, when one end has lost its keys (a page reloaded) and comes back by the resume secret.
 */

/** What comes from the other, and what becomes of the talk. */
export type TalkEvent =
  | { readonly type: 'text'; readonly text: string }
  /** The other is typing, just now. */
  | { readonly type: 'typing' }
  | { readonly type: 'offer'; readonly incoming: Incoming }
  /** The other (or the server) cannot be reached; it may come back. */
  | { readonly type: 'away' }
  | { readonly type: 'back' }
  /** The keys have moved to this epoch, counted from 0 in every session. */
  | { readonly type: 'rekeyed'; readonly epoch: number }
  /** The other has nothing more to say. */
  | { readonly type: 'finished' }
  /** The other would go: say what you have in hand, then {@link Talk.leave}. */
  | { readonly type: 'leaving' }
  /** Who the other is, by its KEY, or by what it says. */
  | ({ readonly type: 'identified' } & Identified)
  /** The other wishes to remember us; nothing is kept before we do too. */
  | { readonly type: 'wish' }
  /** Both keep the secret: the contact is saved. */
  | { readonly type: 'remembered'; readonly name: string }
  /** The contact could not be kept, or not renewed: `ERR_PROFILE` or what the profile says. */
  | { readonly type: 'unremembered'; readonly code: ErrorCode }
  | TalkClosed

/** The last event. */
export interface TalkClosed {
  readonly type: 'closed'
  /** Undefined if both sides closed properly. */
  readonly code: ErrorCode | undefined
  /** Texts and transfers of ours that the other did not take. */
  readonly unacknowledged: number
}

/** A conversation between two paired terminals. */
export interface Talk {
  /** Four words: the same at both ends, or somebody is in between. */
  readonly words: readonly string[]
  /** The other's communication ID, 32 octets. */
  readonly peerTerminal: Uint8Array
  /** Texts and transfers of ours that the other has not taken yet. */
  readonly unacknowledged: number
  /**
   * Says a text of at most 262,144 UTF-16 units. Resolves when it is on its way (so that a fast source waits);
   * `acknowledged` resolves when the other's application has taken it, and rejects if that will not be.
   *
   * @throws {HufuError} `ERR_CALL_ORDER` if it is too long, the session's code if it is over.
   */
  say(text: string): Promise<{ readonly acknowledged: Promise<void> }>
  /** Tells the other that somebody is typing here: at most every three seconds, however often it is called. */
  typing(): void
  /**
   * Sends a file or folder, and closes the source. Resolves when the other has stored all of it. `signal` cancels.
   *
   * @throws {HufuError} `ERR_FILE_DECLINED`, `ERR_FILE_CANCELLED`, `ERR_FILE_CHANGED`, `ERR_FILE_READ`, the other's
   *   `ERR_FILE_…`, or the session's code.
   */
  sendFile(
    source: FileSource,
    options?: { readonly on?: (progress: Progress) => void; readonly signal?: AbortSignal },
  ): Promise<void>
  /**
   * What happens, in order; to be iterated once. A text is acknowledged to the other when the next event is asked for.
   * Ends after `closed`.
   */
  events(): AsyncIterable<TalkEvent>
  /** Nothing more from this end, though it stays to listen. */
  finished(): void
  /** Keeps a secret under `name` for meeting again, as soon as the other does too. Needs a profile. */
  remember(name: string): void
  /** Goes politely: what was said is taken, the other says what it has in hand, both close. Resolves at the end. */
  leave(): Promise<TalkClosed>
  /** Goes at once. */
  abort(): void
}

/** A talk as whoever runs the connection moves it. */
export interface TalkDriver {
  message(message: FromServer): void
  data(session: number, payload: Uint8Array): void
  /** The connection is open again, lost, or given up. */
  opened(): void
  lost(): void
  closed(code: ErrorCode): void
}

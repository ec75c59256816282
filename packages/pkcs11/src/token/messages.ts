import type { ErrorCode } from '@hufu/protocol/wire'
import type { TokenAccess } from './session.ts'

/** What a thread can be asked to do, by name. */
export type Acts<A> = { readonly [N in keyof A]: (...given: never[]) => unknown }

/** What the thread is started with; the PIN comes with the first message. */
export interface ThreadStart {
  /** Path of the token's library. */
  readonly module: string
}

/** What the thread is asked. */
export type TokenRequest =
  | { readonly ask: 'open'; readonly access: TokenAccess }
  | { readonly ask: 'look' | 'enter' | 'close' }
  | { readonly ask: 'act'; readonly name: string; readonly given: readonly unknown[] }

/** What it answers; in the order in which it was asked. */
export type TokenAnswer =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly code: ErrorCode; readonly message: string }

import type { ErrorCode } from '@hufu/protocol/wire'
import type { TokenAccess } from './session.ts'
import type { KeyName } from './token.ts'

/** What the worker is started with; the PIN comes with the first message. */
export interface WorkerStart {
  /** Path of the token's library. */
  readonly module: string
}

/** What the worker is asked. */
export type TokenRequest =
  | { readonly ask: 'open'; readonly access: TokenAccess }
  | { readonly ask: 'keys' | 'make'; readonly label: string }
  | {
      readonly ask: 'wrap' | 'unwrap'
      readonly key: KeyName
      readonly octets: Uint8Array
      readonly aad: Uint8Array
    }
  | { readonly ask: 'close' }

/** What it answers; in the order in which it was asked. */
export type TokenAnswer =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly code: ErrorCode; readonly message: string }

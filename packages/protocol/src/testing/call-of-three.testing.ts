import assert from 'node:assert/strict'
import type { CallTalk } from '../ceremonies/call/talk.ts'
import { hex, type SigningKey } from '../crypto/index.ts'
import type { SignedMessage } from '../group/messages.ts'
import { signHost } from '../group/signed.ts'
import { CONTEXT, hostileCall, type End, type HostileCall } from './hostile-call.testing.ts'

/** A call of a host and two members, of whom one may be hostile. */
export interface OfThree {
  readonly call: HostileCall
  readonly host: End
  readonly one: End
  readonly two: End
}

/** All three are in, under one key. */
export function callOfThree(seed: string): OfThree {
  const call = hostileCall(seed)
  call.join(2)
  const [host, one, two] = call.ends as readonly [End, End, End]
  assert.equal(sendingOf(one), sendingOf(host))
  return { call, host, one, two }
}

/** The commitment to the key that this end seals under; undefined if it seals nothing. */
export function sendingOf({ seat }: End): string | undefined {
  const keys = seat.sending()
  return keys && hex(keys.commitment)
}

/** What a host says, before it is signed. */
export type Unsigned = SignedMessage extends infer M
  ? M extends SignedMessage
    ? Omit<M, 'signature'>
    : never
  : never

/** By the per-call key of that end, host or not. */
export function signedBy({ start }: End, message: Unsigned): CallTalk {
  return signedWith(start.key, message)
}

/** By any key. */
export function signedWith(key: SigningKey, message: Unsigned): CallTalk {
  return { ...message, signature: signHost(key, CONTEXT, message) }
}

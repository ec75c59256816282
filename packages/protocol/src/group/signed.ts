import {
  ed25519,
  equal,
  hmacSha256,
  lvCat,
  sha256,
  utf8,
  type Secret,
  type SigningKey,
} from '../crypto/index.ts'
import { encodeCbor, type Value } from '../wire/cbor.ts'
import { statementOctets, type Purpose } from '../wire/statement.ts'
import type { MemberMessage, SignedMessage } from './messages.ts'
import type { Roster } from './roster.ts'
import { u64 } from './secrets.ts'

/** Which call, at which server: what every signature in it is bound to. */
export interface CallContext {
  /** 16 octets. */
  readonly call: Uint8Array
  /** Host and port, as its host dialled it. */
  readonly server: string
}

/** What of a host's message is signed: all but the signature, and of a fresh secret what is alike for all members. */
type Unsigned<M extends SignedMessage> = M extends SignedMessage ? Omit<M, 'signature'> : never

/** The host's per-call signature over a message, 64 octets. */
export function signHost(
  key: SigningKey,
  context: CallContext,
  message: Unsigned<SignedMessage>,
): Uint8Array {
  return key.sign(octetsOf(context, message))
}

/** True if the host whose per-call key this is has signed `message` for this call. */
export function hostSigned(
  publicKey: Uint8Array,
  context: CallContext,
  message: SignedMessage,
): boolean {
  return ed25519.verify(publicKey, octetsOf(context, message), message.signature)
}

/** True if the host whose per-call key this is has signed the entry that led to `roster`. */
export function rosterSigned(
  publicKey: Uint8Array,
  context: CallContext,
  { term, sequence, hash, signature }: Roster,
): boolean {
  const entry = { type: 'entry', term, sequence, roster: hash, ...NO_CHANGE } as const
  return ed25519.verify(publicKey, octetsOf(context, entry), signature)
}

const NO_CHANGE = { added: [], removed: [], how: 'lost', host: null } as const

/** What a member's message proves itself by, under the key that only it and its host have: 32 octets. */
export function memberTag(
  pairwise: Secret,
  call: Uint8Array,
  what: MemberMessage['type'],
  parts: { readonly term: number; readonly epoch: number; readonly about: Uint8Array },
): Uint8Array {
  const { term, epoch, about } = parts
  return hmacSha256(
    pairwise,
    lvCat(utf8(`hufu/1 call ${what}`), call, u64(term), u64(epoch), about),
  )
}

/** True if `tag` is what {@link memberTag} makes. */
export function memberSaid(tag: Uint8Array, expected: Uint8Array): boolean {
  return equal(tag, expected)
}

function octetsOf({ call, server }: CallContext, message: Unsigned<SignedMessage>): Uint8Array {
  return statementOctets({
    purpose: PURPOSE[message.type],
    role: 'host',
    server,
    users: [],
    certificates: [],
    terminal: NOTHING,
    session: call,
    nonces: [NOTHING, NOTHING],
    suites: [],
    payload: sha256(encodeCbor(payloadOf(message))),
  })
}

const NOTHING = new Uint8Array(0)

const PURPOSE = {
  entry: 'call-roster',
  prepare: 'call-hop',
  fresh: 'call-fresh',
  beat: 'call-beat',
} as const satisfies Record<SignedMessage['type'], Purpose>

function payloadOf(message: Unsigned<SignedMessage>): Value {
  switch (message.type) {
    case 'entry':
      // the hash is over all that the entry says
      return [message.term, message.sequence, message.roster]
    case 'prepare':
      return [
        message.term,
        message.epoch,
        message.roster,
        message.sealed,
        message.commitment,
        message.lock,
      ]
    case 'fresh':
      return [
        message.term,
        message.epoch,
        message.roster,
        message.cut,
        message.commitment,
        message.lock,
      ]
    case 'beat':
      return [message.term, message.epoch, message.roster, message.count]
  }
}

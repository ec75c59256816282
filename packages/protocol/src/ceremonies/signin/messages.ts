import {
  bytes,
  flag,
  list,
  message,
  nullable,
  oneOf,
  string,
  tuple,
  uint,
} from '../../wire/schema.ts'
import { TERMINAL_ID_OCTETS } from '../../wire/connection.ts'
import { MAX_CERTIFICATE_OCTETS } from '../../identity/key-id.ts'
import { MAX_USER_ID } from '../../identity/user-id.ts'
import {
  CHALLENGE_OCTETS,
  CHIP_TAG_OCTETS,
  HASH_OCTETS,
  INVITATION_ID_OCTETS,
  MAX_CREDENTIAL_OCTETS,
  MAX_REASON_UNITS,
  MAX_SEALED_OCTETS,
  NONCE_OCTETS,
  SIGNATURE_OCTETS,
} from './sizes.ts'

/*
 * What travels when a key is enrolled, signs in, and releases. Tags 48–79.
 *
 *   terminal             server
 *     ask            →              what it wants to do
 *                    ←  challenge   single-use, for this connection and this purpose
 *     prove, chip    →              the key's signature, or the chip's tag, over the one statement
 *                    ←  bound, done, issued, refused
 *                    ←  released    at any time: the sign-in is over, and why
 *
 *     enrol          →              with an invitation: no challenge, as that is single-use itself
 *                    ←  issued
 *
 * `ref` is the terminal's own number for what it began.
 */

const MAX_U32 = 0xffffffff
const MOST_ISSUERS = 16
/** Keys in one list: the latest. Our choice: more than a user may have at once. */
const MOST_KEYS = 64
const ref = uint(MAX_U32)
const unixMs = uint(Number.MAX_SAFE_INTEGER)
const user = string(MAX_USER_ID)
const terminal = bytes(TERMINAL_ID_OCTETS)
const certificate = bytes(1, MAX_CERTIFICATE_OCTETS)
const publicKey = bytes(32, 65)
const nonce = bytes(NONCE_OCTETS)
const signature = bytes(SIGNATURE_OCTETS)
const credential = bytes(1, MAX_CREDENTIAL_OCTETS)
const host = string(255)

/** What a user's key, or a terminal's chip, is asked to prove. */
export const act = oneOf('sign-in', 'release', 'renew', 'add-key', 'revoke-key')

/** A passkey's part: what it is called, the host name that it was made for, and the user's keys sealed under it. */
const passkey = tuple({ credential, host, sealed: bytes(1, MAX_SEALED_OCTETS) })
const certificates = tuple({ signing: certificate, agreement: certificate })

/** A key that is to be enrolled. `outside`: its certificates, where another issuer has made them. */
export const newKey = tuple({
  kind: oneOf('software', 'token', 'passkey', 'outside'),
  algorithm: oneOf('ed25519', 'p256'),
  signing: publicKey,
  agreement: publicKey,
  outside: nullable(certificates),
  passkey: nullable(passkey),
})

/** `user` null: the server offers those who have signed in at this terminal before. `by`: what will prove it. */
export const Ask = message('signin.ask', 48, {
  ref,
  act,
  by: oneOf('key', 'chip'),
  user: nullable(user),
})
/**
 * `subject`: what it is done to. Of a release the communication ID of the terminal, of a revocation the id of the key;
 * otherwise empty.
 */
export const Prove = message('signin.prove', 49, {
  ref,
  user,
  nonce,
  certificates,
  subject: bytes(0, HASH_OCTETS),
  signature,
})
export const ProveChip = message('signin.chip', 50, { ref, nonce, tag: bytes(CHIP_TAG_OCTETS) })
/** `recovery`: the new recovery code's own keys, sealed under the invitation. */
export const Enrol = message('signin.enrol', 51, {
  ref,
  invitation: bytes(INVITATION_ID_OCTETS),
  fresh: newKey,
  recovery: nullable(bytes(1, 256)),
  nonce,
  /** The new key's signature. */
  signature,
  tag: bytes(HASH_OCTETS),
})
/** A user's further key, shown by one that the user has: its signature is over the other's hash. */
export const AddKey = message('signin.add', 52, {
  ref,
  user,
  nonce,
  certificates,
  signature,
  fresh: newKey,
  /** The new key's own signature over the same. */
  proof: signature,
})
/** A terminal's chip is enrolled: its sign-in key, sealed under an invitation. */
export const EnrolChip = message('signin.enrol-chip', 53, {
  ref,
  invitation: bytes(INVITATION_ID_OCTETS),
  sealed: bytes(1, 256),
  tag: bytes(HASH_OCTETS),
})
/** Who is signed in here, and where else that user is. */
export const Where = message('signin.where', 54, { ref })
/** The keys that were sealed under this passkey. */
export const Unseal = message('signin.unseal', 55, { ref, credential })
/** The keys of the user who is signed in here. */
export const Keys = message('signin.keys', 56, { ref })

export const Challenge = message('signin.challenge', 64, {
  ref,
  challenge: bytes(CHALLENGE_OCTETS),
  /** The user it is for, where that is known; of a chip always. */
  user: nullable(user),
  /** Who has signed in at this terminal before, the latest first. */
  offered: list(user, 8),
  lifetimeMs: uint(MAX_U32),
})
/** The user is signed in at this terminal. `renew`: the certificates near their end. */
export const Bound = message('signin.bound', 65, {
  ref,
  user,
  by: oneOf('key', 'chip'),
  since: unixMs,
  expires: unixMs,
  renew: flag(),
})
/** What was asked for is done. */
export const Done = message('signin.done', 66, { ref })
/** `user` is no longer signed in at this terminal. `reason`: an operator's own words. */
export const Released = message('signin.released', 67, {
  user,
  code: string(64),
  reason: string(MAX_REASON_UNITS),
})
/** Whom to trust for which users. `ours`: this server's own authority. */
export const trustedIssuer = tuple({ certificate, namespaces: list(string(253), 64), ours: flag() })
/** A key has its certificates. `tag` is there for an invitation: only who made that can have made this. */
export const Issued = message('signin.issued', 68, {
  ref,
  user,
  certificates,
  issuers: list(trustedIssuer, MOST_ISSUERS),
  tag: nullable(bytes(HASH_OCTETS)),
})
export const Here = message('signin.here', 69, {
  ref,
  here: nullable(tuple({ user, by: oneOf('key', 'chip'), since: unixMs, expires: unixMs })),
  /** Other terminals of the same user. */
  elsewhere: list(tuple({ terminal, since: unixMs, expires: unixMs, connected: flag() }), 64),
})
export const Sealed = message('signin.sealed', 70, {
  ref,
  user,
  host,
  sealed: bytes(1, MAX_SEALED_OCTETS),
  certificates,
  issuers: list(trustedIssuer, MOST_ISSUERS),
})
/** `lastUsed`, `revoked`: null if it never was. The oldest first. */
export const Listed = message('signin.listed', 71, {
  ref,
  user,
  keys: list(
    tuple({
      keyId: bytes(HASH_OCTETS),
      kind: oneOf('software', 'token', 'passkey', 'outside'),
      created: unixMs,
      lastUsed: nullable(unixMs),
      revoked: nullable(unixMs),
    }),
    MOST_KEYS,
  ),
})

export const signinFromTerminal = [
  Ask,
  Prove,
  ProveChip,
  Enrol,
  AddKey,
  EnrolChip,
  Where,
  Unseal,
  Keys,
] as const
export const signinFromServer = [
  Challenge,
  Bound,
  Done,
  Released,
  Issued,
  Here,
  Sealed,
  Listed,
] as const

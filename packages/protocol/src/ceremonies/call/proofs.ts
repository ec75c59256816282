import { ed25519, lvCat, sha256, utf8, type SigningKey } from '../../crypto/index.ts'
import type { RosterMember } from '../../group/roster.ts'
import { u64 } from '../../group/secrets.ts'
import type { CallContext } from '../../group/signed.ts'
import type { CertificateCache } from '../../identity/certificate-cache.ts'
import type { SecurityKey } from '../../identity/security-key.ts'
import {
  verifyKey,
  verifySignature,
  type TrustedIssuer,
  type VerifiedKey,
} from '../../identity/verify.ts'
import { failed, type Outcome } from '../../wire/errors.ts'
import { statementOctets, type Purpose } from '../../wire/statement.ts'
import { bundleHash, type Bundle } from './bundle.ts'
import { joinStatement } from './statements.ts'

/** Whom a terminal trusts to certify, and the time by which it judges: Unix milliseconds. */
export interface CallTrust {
  readonly issuers: readonly TrustedIssuer[]
  readonly nowUnixMs: number
  readonly cache?: CertificateCache
}

/** Makes S1: the one signature that a member's KEY makes in a call. Rejects as `sign` of the KEY does. */
export async function makeBundle(
  key: SecurityKey,
  context: CallContext,
  parts: Omit<Bundle, 'user' | 'certificates' | 'signature'>,
): Promise<Bundle> {
  const unsigned = { ...parts, user: key.user, certificates: key.certificates }
  return { ...unsigned, signature: await key.sign(joinStatement(context, unsigned)) }
}

/**
 * Whether a member's KEY has said what its bundle says, for this call.
 *
 * Codes: those of `verifyKey`, `ERR_CALL_PROOF`.
 */
export function verifyBundle(
  context: CallContext,
  bundle: Bundle,
  { issuers, nowUnixMs, cache }: CallTrust,
): Outcome<VerifiedKey> {
  const key = verifyKey(bundle.certificates, issuers, nowUnixMs, cache)
  if (!key.ok) return key
  const { user, publicKeys } = key.value
  const signed = verifySignature(publicKeys, joinStatement(context, bundle), bundle.signature)
  return signed && user === bundle.user ? key : failed('ERR_CALL_PROOF')
}

/** The roster's line for a member whose bundle was verified. */
export function rosterMember(
  index: number,
  bundle: Bundle,
  key: { readonly keyId: Uint8Array },
): RosterMember {
  const { user, signing } = bundle
  return { index, user, keyId: key.keyId, signing, sealing: sha256(bundle.sealing) }
}

/** What the first secret that is sealed to a member is bound to: both ends' S1. */
export function sealInfo(
  context: CallContext,
  term: number,
  host: Bundle,
  member: Bundle,
): Uint8Array {
  return lvCat(
    utf8('hufu/1 call first'),
    context.call,
    u64(term),
    bundleHash(host),
    bundleHash(member),
  )
}

/** What a per-call key says that is not of the group's own: who ends or leaves. */
type Said = Extract<
  Purpose,
  'call-end' | 'call-leave' | 'call-return' | 'call-again' | 'call-hand-over'
>

/** The signature of a per-call key over it, 64 octets. */
export function signSaid(
  key: SigningKey,
  context: CallContext,
  what: Said,
  payload: Uint8Array,
): Uint8Array {
  return key.sign(saidOctets(context, what, payload))
}

/** True if the owner of that per-call key has said it. */
export function wasSaid(
  by: { readonly publicKey: Uint8Array; readonly signature: Uint8Array },
  context: CallContext,
  what: Said,
  payload: Uint8Array,
): boolean {
  return ed25519.verify(by.publicKey, saidOctets(context, what, payload), by.signature)
}

/** What the host of this term ends the call by. */
export function endPayload(term: number): Uint8Array {
  return sha256(u64(term))
}

const NOTHING = new Uint8Array(0)

function saidOctets({ call, server }: CallContext, purpose: Said, payload: Uint8Array): Uint8Array {
  return statementOctets({
    purpose,
    role: purpose === 'call-leave' || purpose === 'call-return' ? 'member' : 'host',
    server,
    users: [],
    certificates: [],
    terminal: NOTHING,
    session: call,
    nonces: [NOTHING, NOTHING],
    suites: [],
    payload,
  })
}

import { sha256 } from '../../crypto/index.ts'
import { policy, type GroupPolicy } from '../../group/policy.ts'
import type { ScheduleName } from '../../group/schedules.ts'
import type { CallContext } from '../../group/signed.ts'
import { certificateHash } from '../../identity/key-id.ts'
import type { CertificatePair } from '../../identity/security-key.ts'
import { encodeCbor, type Value } from '../../wire/cbor.ts'
import type { Statement } from '../../wire/statement.ts'
import { bundleHash, type Bundle } from './bundle.ts'

/*
 * What KEYs sign in a call. Every statement names the call, so that none serves in another; what they certify, the per-call
 * keys, ends with it.
 */

/**
 * S1 (A9): a member's KEY says by which per-call keys it is in this call, to whoever had it rung, over that host's R1 and its
 * own R2.
 */
export function joinStatement(context: CallContext, of: Omit<Bundle, 'signature'>): Statement {
  const { signing, sealing, media } = of
  return {
    ...common(context, of.certificates),
    purpose: 'call-join',
    role: 'member',
    users: [of.user, of.host],
    terminal: of.terminal,
    nonces: [of.r1, of.r2],
    payload: hashOf([signing, sealing, media]),
  }
}

/** What a batch of joiners is told, apart from what is sealed to each. */
export interface Batch {
  readonly term: number
  /** The epoch that begins with it, the host's commitment to its keys, and the lock of its go, 32 octets each. */
  readonly epoch: number
  readonly commitment: Uint8Array
  readonly lock: Uint8Array
  /** Hash of the roster with all of them in it, 32 octets. */
  readonly roster: Uint8Array
  /** How the key hops, and when. */
  readonly schedule: ScheduleName
  readonly policy: GroupPolicy
  readonly lines: readonly BatchLine[]
}

/** One joiner of a batch. */
export interface BatchLine {
  readonly index: number
  readonly r2: Uint8Array
  /** SHA-256 over its bundle, and over what is sealed to it, 32 octets each. */
  readonly bundle: Uint8Array
  readonly sealed: Uint8Array
}

/** S2 (A10): the host's KEY says to a batch of joiners what their call is. Once for all of them. */
export function welcomeStatement(context: CallContext, host: Bundle, batch: Batch): Statement {
  const { term, epoch, commitment, lock, roster, schedule } = batch
  const hops = [schedule, policy.write(batch.policy)]
  const lines = batch.lines.map(({ index, r2, bundle, sealed }) => [index, r2, bundle, sealed])
  return {
    ...common(context, host.certificates),
    purpose: 'call-welcome',
    role: 'host',
    users: [host.user],
    terminal: host.terminal,
    nonces: [host.r1, NOTHING],
    payload: hashOf([bundleHash(host), term, epoch, commitment, lock, roster, hops, lines]),
  }
}

/** Whose KEY answers a check, and where. */
export interface Checked {
  readonly role: 'initiator' | 'member'
  readonly user: string
  readonly certificates: CertificatePair
  readonly terminal: Uint8Array
}

/** A8: a KEY says to the server that it places, or takes, this call. A purpose of its own: no member takes it for S1. */
export function checkStatement(
  context: CallContext,
  { role, user, certificates, terminal }: Checked,
  challenge: Uint8Array,
  nonce: Uint8Array,
): Statement {
  return {
    ...common(context, certificates),
    purpose: 'call-check',
    role,
    users: [user],
    terminal,
    nonces: [challenge, nonce],
    payload: NOTHING,
  }
}

const NOTHING = new Uint8Array(0)

function common(
  { call, server }: CallContext,
  { signing, agreement }: CertificatePair,
): Pick<Statement, 'server' | 'certificates' | 'session' | 'suites'> {
  return {
    server,
    certificates: [certificateHash(signing), certificateHash(agreement)],
    session: call,
    suites: ['hufu.1'],
  }
}

function hashOf(value: Value): Uint8Array {
  return sha256(encodeCbor(value))
}

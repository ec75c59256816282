import { checkStatement, type Accept } from '@hufu/protocol/call'
import { verifyKey, verifySignature, type CertificatePair } from '@hufu/protocol/identity'
import type { ErrorCode, MessageOf } from '@hufu/protocol/wire'
import { standingOf } from '../../authority/standing.ts'
import type { Connection } from '../../relay/connection.ts'
import { bindingAt } from '../../store/bindings.ts'
import type { Db } from '../../store/schema.ts'
import type { CallPorts } from './ports.ts'

/** A KEY's answer to a check. */
export type CheckProof = NonNullable<MessageOf<typeof Accept>['check']>

/** Who is signed in at a terminal by their KEY. */
export type Caller =
  { readonly ok: true; readonly user: string } | { readonly ok: false; readonly code: ErrorCode }

/** Codes: `ERR_SIGNIN_NONE`; `ERR_CALL_KEY` if it was the terminal's chip. */
export async function callerAt(
  { clock }: Pick<CallPorts, 'clock'>,
  db: Db,
  { terminal }: Connection,
): Promise<Caller> {
  const binding = await bindingAt(db, terminal)
  if (binding === undefined || binding.expires <= clock.wall())
    return { ok: false, code: 'ERR_SIGNIN_NONE' }
  return binding.by === 'key'
    ? { ok: true, user: binding.user }
    : { ok: false, code: 'ERR_CALL_KEY' }
}

/** What a check is about. */
export interface Checking {
  readonly role: 'initiator' | 'member'
  readonly user: string
  readonly certificates: CertificatePair
  readonly call: Uint8Array
  /** As the initiator dialled it. */
  readonly server: string
  readonly challenge: Uint8Array
}

/**
 * Whether a KEY has signed for the server that it places, or takes, this call (A8). Undefined if it has.
 *
 * Codes: those of `verifyKey`, `ERR_CALL_CHECK`, `ERR_KEY_UNKNOWN`, `ERR_KEY_REVOKED`, `ERR_USER_SUSPENDED`.
 */
export async function faultOfCheck(
  ports: CallPorts,
  db: Db,
  { terminal }: Connection,
  about: Checking & { readonly proof: CheckProof | null },
): Promise<ErrorCode | undefined> {
  const { call, server, user, challenge, proof } = about
  if (proof === null) return 'ERR_CALL_CHECK'
  const { issuers, cache } = ports.authority.trust()
  const key = verifyKey(about.certificates, issuers, ports.clock.wall(), cache)
  if (!key.ok) return key.code
  const { value } = key
  const statement = checkStatement(
    { call, server },
    { role: about.role, user, certificates: about.certificates, terminal },
    challenge,
    proof.nonce,
  )
  if (value.user !== user || !verifySignature(value.publicKeys, statement, proof.signature))
    return 'ERR_CALL_CHECK'
  const standing = await standingOf(db, value)
  return standing.ok ? undefined : standing.code
}

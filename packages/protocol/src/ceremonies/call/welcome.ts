import { equal, sha256, type Secret } from '../../crypto/index.ts'
import type { BroughtIn } from '../../group/member-group.ts'
import { rosterOf, sameMember, type Roster } from '../../group/roster.ts'
import { encOf, openFirst } from '../../group/wraps.ts'
import { verifySignature } from '../../identity/verify.ts'
import type { MessageOf } from '../../wire/schema.ts'
import { bundleHash, type Bundle } from './bundle.ts'
import { rosterMember, sealInfo, verifyBundle, type CallTrust } from './proofs.ts'
import type { SeatStart } from './seat-start.ts'
import { welcomeStatement } from './statements.ts'
import type { BatchOf, Image, Sealed } from './talk.ts'

/** What a joiner is told: in this order, from the same host. */
export interface Told {
  readonly image: MessageOf<typeof Image>
  /** S2. */
  readonly batch: MessageOf<typeof BatchOf>
  readonly sealed: MessageOf<typeof Sealed>
}

/** What a joiner has verified, and may open. */
export interface Welcomed {
  readonly host: Bundle
  readonly roster: Roster
  readonly batch: MessageOf<typeof BatchOf>
  readonly sealed: Uint8Array
  /** What its KEY has to agree with. */
  readonly share: Uint8Array
}

/** Verifies all of it before anything is decrypted (A11): S2, the host's own S1, the roster, and this end's own line. */
export function verifyWelcome(
  start: SeatStart,
  { image, batch, sealed: { epoch, sealed } }: Told,
  trust: CallTrust,
): Welcomed | undefined {
  const roster = rosterOf(start.context.call, image)
  const share = encOf(sealed)
  const isGood =
    epoch === batch.epoch &&
    hostIsGood(start, batch, roster, trust) &&
    lineIsGood(start, batch, roster, sealed)
  return isGood && share !== undefined
    ? { host: batch.host, roster, batch, sealed, share }
    : undefined
}

/** Opens it with what the KEY has agreed on, 32 octets, which stays the caller's; undefined if it is not for this end. */
export function openWelcome(
  start: SeatStart,
  { host, batch, sealed }: Welcomed,
  shared: Secret,
): BroughtIn | undefined {
  const { context, bundle, publicKeys } = start
  const opened = openFirst(
    {
      keyAlgorithm: publicKeys.algorithm === 'p256' ? 'p256' : 'x25519',
      key: { publicKey: publicKeys.agreement, agree: () => shared.expose().slice() },
      call: start.sealing,
    },
    sealed,
    sealInfo(context, batch.term, host, bundle),
  )
  const { epoch, commitment, lock } = batch
  return opened && { ...opened, epoch, commitment, lock, nonce: bundle.r2 }
}

/** S2, by the KEY of the user who has rung, and its own S1. */
function hostIsGood(
  { context, bundle }: SeatStart,
  batch: MessageOf<typeof BatchOf>,
  roster: Roster,
  trust: CallTrust,
): boolean {
  const { host, signature } = batch
  if (host.user !== bundle.host || !equal(host.r1, bundle.r1)) return false
  const owner = verifyBundle(context, host, trust)
  if (!owner.ok || batch.term !== roster.term || !equal(batch.roster, roster.hash)) return false
  const statement = welcomeStatement(context, host, batch)
  if (!verifySignature(owner.value.publicKeys, statement, signature)) return false
  return sameMember(roster.members.get(roster.host), rosterMember(roster.host, host, owner.value))
}

/** This end's own line, and its place in the roster. */
function lineIsGood(
  start: SeatStart,
  batch: MessageOf<typeof BatchOf>,
  roster: Roster,
  sealed: Uint8Array,
): boolean {
  const { self, bundle } = start
  const line = batch.lines.find(({ index }) => index === self)
  if (line === undefined || !equal(line.r2, bundle.r2)) return false
  if (!equal(line.bundle, bundleHash(bundle)) || !equal(line.sealed, sha256(sealed))) return false
  return sameMember(roster.members.get(self), rosterMember(self, bundle, start))
}

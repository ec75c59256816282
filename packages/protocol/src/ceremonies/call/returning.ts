import { lvCat, sha256, utf8, type Random, type Secret } from '../../crypto/index.ts'
import type { HpkeDecapsulationKey } from '../../crypto/more.ts'
import type { Roster, RosterMember } from '../../group/roster.ts'
import { u64 } from '../../group/secrets.ts'
import type { CallContext } from '../../group/signed.ts'
import { openAgain, wrapAgain, type FirstWrap } from '../../group/wraps.ts'
import { encodeCbor } from '../../wire/cbor.ts'
import type { MessageOf } from '../../wire/schema.ts'
import type { Again, HandOver, Return } from './talk.ts'

/*
 * How one who is in the call already is brought in again: after a gap, or by another host. Per-call keys do it, no KEY is asked.
 *
 *   member   return      signed: who I am, the roster that I have, a nonce, my X-Wing key
 *   host     image       if that roster is not the present one
 *            again       signed: the epoch, and its secret sealed to that key for that nonce
 */

/** What a member signs to be brought in again, 32 octets. */
export function returnPayload(
  index: number,
  { term, roster, nonce, sealing }: Omit<MessageOf<typeof Return>, 'type' | 'signature'>,
): Uint8Array {
  return sha256(encodeCbor([index, term, roster, nonce, sealing]))
}

/** What a host signs over what it has sealed to the member `index`, 32 octets. */
export function againPayload(
  index: number,
  message: Omit<MessageOf<typeof Again>, 'type' | 'signature'>,
): Uint8Array {
  const { term, epoch, commitment, lock, roster, nonce, sealed } = message
  const parts = [index, term, epoch, commitment, lock, roster, nonce, sha256(sealed)]
  return sha256(encodeCbor(parts))
}

/** What a host signs to make another its successor, 32 octets. */
export function handOverPayload({
  term,
  sequence,
  roster,
  epoch,
  to,
}: Omit<MessageOf<typeof HandOver>, 'type' | 'signature'>): Uint8Array {
  return sha256(encodeCbor([term, sequence, roster, epoch, to]))
}

/** Both ends of a secret that is sealed again. */
export interface AgainPlace {
  readonly context: CallContext
  readonly term: number
  readonly host: RosterMember
  readonly member: RosterMember
  readonly nonce: Uint8Array
}

/** Seals `secret` to a member that has come back; undefined if its X-Wing key is malformed. */
export function sealAgain(
  place: AgainPlace,
  sealing: Uint8Array,
  secret: Secret,
  random: Random,
): FirstWrap | undefined {
  return wrapAgain(sealing, secret, infoOf(place), random)
}

/** Opens what {@link sealAgain} sealed. */
export function openSealedAgain(
  place: AgainPlace,
  key: HpkeDecapsulationKey,
  sealed: Uint8Array,
): { readonly secret: Secret; readonly pairwise: Secret } | undefined {
  return openAgain(key, sealed, infoOf(place))
}

/** The members of a roster but one, in the order in which they would host. */
export function othersOf({ members }: Roster, self: number): readonly number[] {
  return [...members.keys()].filter((index) => index !== self).toSorted((a, b) => a - b)
}

function infoOf({ context, term, host, member, nonce }: AgainPlace): Uint8Array {
  return lvCat(
    utf8('hufu/1 call again'),
    context.call,
    u64(term),
    u64(host.index),
    host.signing,
    u64(member.index),
    member.signing,
    nonce,
  )
}

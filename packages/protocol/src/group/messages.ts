import {
  bytes,
  codec,
  flag,
  list,
  message,
  nullable,
  oneOf,
  string,
  tuple,
  uint,
  type Codec,
  type MessageOf,
} from '../wire/schema.ts'
import { HOP_REASONS } from './effects.ts'
import { DEPARTURES } from './roster.ts'
import { COMMITMENT_OCTETS } from './secrets.ts'

/*
 * What a host and its members tell each other, through a relay that can neither read nor make it up. Tags of their own.
 *
 *   host      entry, prepare, go, beat    to all
 *             fresh                       to one member each
 *   member    ready, nonce, ask           to the host
 */

/** Octets of a member's nonce. */
export const MEMBER_NONCE_OCTETS = 32
/** Octets of what a go shows. */
export const GO_PREIMAGE_OCTETS = 32
/** The highest index of a member. */
export const MAX_INDEX = 65_534

const HASH_OCTETS = 32
const SIGNATURE_OCTETS = 64
/** Lines that one entry adds, or takes out. */
export const MOST_CHANGES = 1_024

const term = uint(0xffffffff)
const epoch = uint(2 ** 36)
const index = uint(MAX_INDEX)
const hash = bytes(HASH_OCTETS)
const commitment = bytes(COMMITMENT_OCTETS)
const signature = bytes(SIGNATURE_OCTETS)
const tag = bytes(HASH_OCTETS)
/** Of the go that ends what is prepared: see `go-lock.ts`. */
const lock = bytes(HASH_OCTETS)
const member = tuple({ index, user: string(254), keyId: hash, signing: hash, sealing: hash })

/** An entry of the roster. `how`: of all whom it takes out. `roster`: the hash that it leads to. */
export const Entry = message('entry', 1, {
  term,
  sequence: uint(0xffffffff),
  added: list(member, MOST_CHANGES),
  removed: list(index, MOST_CHANGES),
  how: oneOf(...DEPARTURES),
  host: nullable(index),
  roster: hash,
  signature,
})
/** The next key comes from what is sealed here under the hop key. */
export const Prepare = message('prepare', 2, {
  term,
  epoch,
  roster: hash,
  sealed: bytes(1, 256),
  commitment,
  lock,
  signature,
})
/** The next key comes from a fresh secret. `cut`: once it is in use, nothing more is taken under the old one. */
export const Fresh = message('fresh', 3, {
  term,
  epoch,
  roster: hash,
  cut: flag(),
  commitment,
  lock,
  /** The receiver's own that it was sealed with. */
  nonce: bytes(MEMBER_NONCE_OCTETS),
  sealed: bytes(1, 256),
  signature,
})
/** Switch. `preimage`: of the lock that was signed with that epoch. */
export const Go = message('go', 4, {
  term,
  epoch,
  cut: flag(),
  reason: oneOf(...HOP_REASONS),
  preimage: bytes(GO_PREIMAGE_OCTETS),
})
/** The member has the key of that epoch. `tag` is over its commitment. */
export const Ready = message('ready', 5, { term, epoch, tag })
/** The host is there. */
export const Beat = message('beat', 6, {
  term,
  epoch,
  roster: hash,
  count: uint(0xffffffff),
  signature,
})
/** What the member wants its next fresh secret sealed with. */
export const Nonce = message('nonce', 7, { nonce: bytes(MEMBER_NONCE_OCTETS), tag })
/** The member is at `epoch`, and lacks what came after it. */
export const Ask = message('ask', 8, { term, epoch, tag })

const kinds = [Entry, Prepare, Fresh, Go, Ready, Beat, Nonce, Ask] as const
export type GroupMessage = MessageOf<(typeof kinds)[number]>
/** What a host signs. */
export type SignedMessage = MessageOf<typeof Entry | typeof Prepare | typeof Fresh | typeof Beat>
/** What only a host says. */
export type HostMessage = SignedMessage | MessageOf<typeof Go>
/** What a member says to its host. */
export type MemberMessage = MessageOf<typeof Ready | typeof Nonce | typeof Ask>

/** Octets in the largest: an entry for a batch of a thousand. */
export const MAX_GROUP_OCTETS = 524_288
export const groupMessages: Codec<GroupMessage> = codec(kinds)

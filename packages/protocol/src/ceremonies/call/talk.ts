import {
  Beat,
  Entry,
  Fresh,
  Go,
  MAX_INDEX,
  Nonce,
  Prepare,
  Ready,
  Ask,
} from '../../group/messages.ts'
import { policy } from '../../group/policy.ts'
import { SCHEDULE_NAMES } from '../../group/schedules.ts'
import { MAX_USER_ID } from '../../identity/user-id.ts'
import {
  bytes,
  codec,
  list,
  message,
  oneOf,
  string,
  tuple,
  uint,
  type Codec,
  type MessageOf,
} from '../../wire/schema.ts'
import { bundle } from './bundle.ts'
import {
  HASH_OCTETS,
  MOST_DATA_OCTETS,
  MOST_IN_BATCH,
  RANDOM_OCTETS,
  SEALING_OCTETS,
  SIGNATURE_OCTETS,
} from './sizes.ts'

/*
 * What those in a call say to each other, in data frames of its signalling session: the messages of a group (tags 1–8), and
 * these. The relay stamps who has sent each.
 *
 *   host → joiners     image, batch, sealed     who is in it, S2, and what is sealed to each alone
 *   member → all       bundle                   S1, once it is in
 *   host → joiner      bundle                   of those who were in before; also when asked with `want`
 *   host → joiner      unshown                  of whom it has none, as it has taken the call over
 *   member → host      return                   it has lost its connection, or step
 *   host → member      former, image, again
 *   host → all         hand-over, end
 *   host → host        cede                     two have hosted the call, and one gives way
 *   member → all       bye
 *   anybody            data                     what its application says to all, sealed as frames are
 *   anybody            part                     of a message that is too large for one frame
 */

const MAX_U32 = 0xffffffff
const MOST_MEMBERS = 65_535
const term = uint(MAX_U32)
const epoch = uint(2 ** 36)
const index = uint(MAX_INDEX)
const hash = bytes(HASH_OCTETS)
const signature = bytes(SIGNATURE_OCTETS)
const member = tuple({
  index,
  user: string(MAX_USER_ID),
  keyId: hash,
  signing: hash,
  sealing: hash,
})

/** S1 of the member `index`. */
export const BundleOf = message('bundle', 16, { index, bundle })
const image = {
  term,
  sequence: uint(MAX_U32),
  host: index,
  previous: hash,
  members: list(member, MOST_MEMBERS),
  lost: list(member, MOST_MEMBERS),
  left: list(tuple({ index, signing: hash }), MOST_MEMBERS),
  removed: list(tuple({ index, signing: hash }), MOST_MEMBERS),
  signature: bytes(0, SIGNATURE_OCTETS),
} as const
/** The roster as it is now: what its hash is over. */
export const Image = message('image', 17, image)
/** S2: see `welcomeStatement`. `host`: its own S1. `schedule` and `policy`: the host's choice for its call (A16, A17). */
export const BatchOf = message('batch', 18, {
  host: bundle,
  term,
  epoch,
  commitment: hash,
  lock: hash,
  roster: hash,
  schedule: oneOf(...SCHEDULE_NAMES),
  policy,
  lines: list(
    tuple({ index, r2: bytes(RANDOM_OCTETS), bundle: hash, sealed: hash }),
    MOST_IN_BATCH,
  ),
  signature,
})
/** What a batch has sealed to the one who gets this. */
export const Sealed = message('sealed', 19, { epoch, sealed: bytes(1, 4_096) })
/** These members' S1 are wanted. */
export const Want = message('want', 20, { indices: list(index, 64) })
/** The host has no S1 of these: each shows its own to who asks it. */
export const Unshown = message('unshown', 29, { indices: list(index, MOST_MEMBERS) })
/** A member wants to be brought in again; by its per-call key. */
export const Return = message('return', 21, {
  term,
  /** Hash of the roster that it has. */
  roster: hash,
  nonce: bytes(RANDOM_OCTETS),
  sealing: bytes(SEALING_OCTETS),
  signature,
})
/** A secret for one who is a member already, sealed to its per-call X-Wing key; by the host's per-call key. */
export const Again = message('again', 22, {
  term,
  epoch,
  commitment: hash,
  lock: hash,
  roster: hash,
  /** Of the `return` that it answers. */
  nonce: bytes(RANDOM_OCTETS),
  sealed: bytes(1, 4_096),
  signature,
})
/** The host makes another its successor. `roster`: hash of its last one. `epoch`: the highest that it has made. */
export const HandOver = message('hand-over', 23, {
  term,
  sequence: uint(MAX_U32),
  roster: hash,
  epoch,
  to: index,
  signature,
})
/** To another host: what that one is handed, whole. `signature`: of the `hand-over`. */
export const Cede = message('cede', 28, { image: tuple(image), epoch, to: index, signature })
/** To one who comes back from before another hosted: the last roster of its own host. */
export const Former = message('former', 30, { image: tuple(image) })
/** The call is over. */
export const EndOf = message('end', 24, { term, signature })
/** The member leaves. */
export const Bye = message('bye', 25, { signature })
/** One of `count` parts of what its sender calls `number`. */
export const Part = message('part', 26, {
  number: uint(MAX_U32),
  at: uint(4_095),
  count: uint(4_096),
  octets: bytes(1, 65_000),
})
/** What the application says to all, reliably and in order: sealed by SFrame under the sender's keys of an epoch. */
export const Data = message('data', 27, { octets: bytes(1, MOST_DATA_OCTETS) })

const kinds = [
  Entry,
  Prepare,
  Fresh,
  Go,
  Ready,
  Beat,
  Nonce,
  Ask,
  BundleOf,
  Image,
  BatchOf,
  Sealed,
  Want,
  Unshown,
  Return,
  Again,
  HandOver,
  Cede,
  Former,
  EndOf,
  Bye,
  Part,
  Data,
] as const

/** What those in a call say to each other. */
export type CallTalk = MessageOf<(typeof kinds)[number]>
/** How they say it. */
export const callTalk: Codec<CallTalk> = codec(kinds)

import {
  Answer,
  MEETING_ID_OCTETS,
  NONCE_OCTETS,
  PAIRING_ID_OCTETS,
  SID_OCTETS,
  TAG_OCTETS,
} from '@hufu/protocol/pair'
import {
  SESSION_ID_OCTETS,
  TERMINAL_ID_OCTETS,
  bytes,
  codec,
  message,
  nullable,
  oneOf,
  string,
  tuple,
  uint,
  type Codec,
  type MessageOf,
} from '@hufu/protocol/wire'

/*
 * What nodes tell each other about a pairing. The attempt lives where its requester is connected.
 *
 *   to each of the opener's terminals            ring, outcome
 *   to the attempt, on the subject of its id     whatever the opener does
 */

const pairing = bytes(PAIRING_ID_OCTETS)
const { share, associated, tag } = Answer.fields

/** Ring whoever waits at this address. */
const Ring = message('ring', 0, {
  kind: oneOf('slot', 'name', 'meeting', 'user'),
  at: string(255),
  pairing,
  sid: bytes(SID_OCTETS),
  share,
  associated,
  answerMs: uint(0xffffffff),
  confirmMs: uint(0xffffffff),
})
/** How the attempt ended for the opener. With a session, its terminal is member 1 of it. */
const Outcome = message('outcome', 1, {
  pairing,
  session: nullable(bytes(SESSION_ID_OCTETS)),
  confirm: nullable(tuple({ tag: bytes(TAG_OCTETS), opening: bytes(NONCE_OCTETS) })),
  code: nullable(string(64)),
})

const forOpenerKinds = [Ring, Outcome] as const
export type ForOpener = MessageOf<(typeof forOpenerKinds)[number]>
export const forOpener: Codec<ForOpener> = codec(forOpenerKinds)

const from = bytes(TERMINAL_ID_OCTETS)
const Answers = message('answer', 0, { from, share, associated, tag })
const Fails = message('fail', 1, { from, reason: oneOf('declined', 'mismatch') })
const Stands = message('stands', 2, { from })
/** The opener is not waiting, is busy, or has lost its connection. */
const Gone = message('gone', 3, { from })

const forAttemptKinds = [Answers, Fails, Stands, Gone] as const
export type ForAttempt = MessageOf<(typeof forAttemptKinds)[number]>
export const forAttempt: Codec<ForAttempt> = codec(forAttemptKinds)

/** The name of this room on the subjects of terminals. */
export const PAIR_ROOM = 'pair'

/** The subject of one attempt; `pairing` as hex. */
export function subjectOfAttempt(pairingHex: string): string {
  return `pairing.${pairingHex}`
}

/** Octets of a meeting's id, as base64url text: 22 characters. */
export const MEETING_TEXT: RegExp = new RegExp(
  `^[A-Za-z0-9_-]{${Math.ceil((MEETING_ID_OCTETS * 4) / 3)}}$`,
)

import { bytes, flag, message, nullable, string, tuple, uint, oneOf } from '../../wire/schema.ts'

/*
 * What travels in a pairing. Tags 32–47, 80 and 81.
 *
 *   opener               server                 requester
 *     open, claim,
 *     meet, attend      →   opened …
 *                                          ←   request   (Ya, ADa)
 *     ring              ←
 *     answer            →                  →   answered  (Yb, ADb, Tb)
 *                                          ←   confirm   (Ta, opening of ADa's commitment)
 *     verdict           ←                  →   verdict
 *
 * `ref` is the terminal's own number for what it began; `pairing` the server's number for one attempt.
 */

/** Octets of the server's id for one attempt. */
export const PAIRING_ID_OCTETS = 16
/** Octets of the CPace session id, the requester's choice. */
export const SID_OCTETS = 16
/** Octets of the share Ya or Yb: an X25519 u-coordinate, or with a resume secret as many random octets. */
export const SHARE_OCTETS = 32
/** Octets of the confirmation tag Ta or Tb (HMAC-SHA-512). */
export const TAG_OCTETS = 64
/** Octets of either side's random string. */
export const NONCE_OCTETS = 32
/** Octets of the id under which two terminals that know each other meet again. */
export const MEETING_ID_OCTETS = 16
/** Most octets of ADa and ADb. An X-Wing key takes 1,216 of them. */
const MAX_AD_OCTETS = 2_048
/** Most UTF-16 units of a terminal's name. */
export const MAX_NAME_UNITS = 64

/** Most UTF-16 units of a user ID, as `identity/user-id.ts` has it: most pairings need nothing else of that. */
const MAX_USER_UNITS = 254

const MAX_U32 = 0xffffffff
const ref = uint(MAX_U32)
const pairing = bytes(PAIRING_ID_OCTETS)
const share = bytes(SHARE_OCTETS)
const associated = bytes(1, MAX_AD_OCTETS)
const tag = bytes(TAG_OCTETS)

/**
 * Where a request goes. A slot's digits, a terminal's name, a meeting of two that know each other, or a user, who is rung
 * at every terminal where they are signed in.
 */
export const address = tuple({
  kind: oneOf('slot', 'name', 'meeting', 'user'),
  /** Digits, name, meeting id in base64url, or user ID. Never a word of the passphrase: the type of a code keeps them apart. */
  at: string(255),
})

/** From the opener: give me a slot. After a lost connection: `again` names the slot that is mine. */
export const Open = message('pair.open', 32, { ref, again: nullable(string(12)) })
/** From a listener: ring me under this name. */
export const Claim = message('pair.claim', 33, { ref, name: string(MAX_NAME_UNITS) })
/**
 * From either of two that know each other: who comes second requests, who came first is rung. `stay`: only to be rung,
 * whoever else waits there. So do both ends of a session, for the case that one of them loses its keys.
 */
export const Meet = message('pair.meet', 34, {
  ref,
  meeting: bytes(MEETING_ID_OCTETS),
  stay: flag(),
})
/** Ring me for the user who is signed in here, until that user no longer is. */
export const Attend = message('pair.attend', 80, { ref })
/** No longer waiting. */
export const Withdraw = message('pair.withdraw', 35, { ref })
export const Request = message('pair.request', 36, {
  ref,
  to: address,
  sid: bytes(SID_OCTETS),
  share,
  associated,
})
export const Answer = message('pair.answer', 37, { pairing, share, associated, tag })
export const Confirm = message('pair.confirm', 38, { pairing, tag, opening: bytes(NONCE_OCTETS) })
/** From either side: this attempt has failed here. `declined`: the user did not want it. */
export const Fail = message('pair.fail', 39, { pairing, reason: oneOf('declined', 'mismatch') })

/** From the opener: the requester's confirmation was good, so this attempt was no guess. */
export const Stands = message('pair.stands', 47, { pairing })

/** The slot is open: its digits, and for how long. */
export const Opened = message('pair.opened', 40, {
  ref,
  slot: string(12),
  lifetimeMs: uint(MAX_U32),
})
/** The name is claimed, and rings here. */
export const Claimed = message('pair.claimed', 41, { ref })
/** Requests for this user ring here. */
export const Attending = message('pair.attending', 81, { ref, user: string(MAX_USER_UNITS) })
/** `first`: wait to be rung. Otherwise the other is there: request. */
export const Met = message('pair.met', 42, { ref, role: oneOf('first', 'second') })
/** A request for what the terminal numbered `ref`. Deadlines run from now. */
export const Ring = message('pair.ring', 43, {
  ref,
  pairing,
  sid: bytes(SID_OCTETS),
  share,
  associated,
  answerMs: uint(MAX_U32),
  confirmMs: uint(MAX_U32),
})
/** The request numbered `ref` is under way. */
export const Requested = message('pair.requested', 44, {
  ref,
  pairing,
  answerMs: uint(MAX_U32),
  confirmMs: uint(MAX_U32),
})
export const Answered = message('pair.answered', 45, { pairing, share, associated, tag })
/**
 * The end of an attempt as the server has it. In time: the session's id, and to the opener the requester's
 * confirmation. Otherwise the code.
 */
export const Verdict = message('pair.verdict', 46, {
  pairing,
  session: nullable(bytes(16)),
  confirm: nullable(tuple({ tag, opening: bytes(NONCE_OCTETS) })),
  code: nullable(string(64)),
})

export const pairFromTerminal = [
  Open,
  Claim,
  Meet,
  Attend,
  Withdraw,
  Request,
  Answer,
  Confirm,
  Fail,
  Stands,
] as const
export const pairFromServer = [
  Opened,
  Claimed,
  Attending,
  Met,
  Ring,
  Requested,
  Answered,
  Verdict,
] as const

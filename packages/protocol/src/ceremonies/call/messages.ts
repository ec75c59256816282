import { MAX_USER_ID } from '../../identity/user-id.ts'
import { MAX_INDEX } from '../../group/messages.ts'
import { TERMINAL_ID_OCTETS } from '../../wire/connection.ts'
import {
  bytes,
  flag,
  list,
  message,
  nullable,
  string,
  tuple,
  uint,
  type MessageOf,
} from '../../wire/schema.ts'
import { bundle, certificates } from './bundle.ts'
import {
  CALL_ID_OCTETS,
  CHECK_OCTETS,
  MAX_REASON_UNITS,
  MOST_RUNG,
  RANDOM_OCTETS,
  SESSION_ID_OCTETS,
  SIGNATURE_OCTETS,
} from './sizes.ts'

/*
 * What a terminal and the server say to each other about a call. Tags 96–127.
 *
 *   host                  server                     member
 *     place          →
 *                    ←  check                                      only where the initiator has asked for it (A8)
 *     check-answer   →
 *                    ←  placed
 *                                 ring           →
 *                                                ←   accept        S1, and the answer to a check
 *                    ←  joining   joined         →
 *                    ←  declined                 ←   decline
 *                    ←  engaged                  ←   busy
 *     invite         →            ring           →
 *     remove, end    →            over           →
 *
 * What host and members tell each other goes through the call's signalling session, see `talk.ts`. `ref` is the terminal's
 * own number for what it began.
 */

const MAX_U32 = 0xffffffff
const ref = uint(MAX_U32)
const call = bytes(CALL_ID_OCTETS)
const user = string(MAX_USER_ID)
const users = list(user, MOST_RUNG)
const index = uint(MAX_INDEX)
const session = bytes(SESSION_ID_OCTETS)
const random = bytes(RANDOM_OCTETS)
const challenge = bytes(CHECK_OCTETS)
const code = string(64)
/** A KEY's answer to a check: its own random number, and its signature over `checkStatement`. */
const check = tuple({ nonce: random, signature: bytes(SIGNATURE_OCTETS) })

/**
 * Places a call (A7). `call` is the initiator's choice. `media`: communication ID of the connection that its media goes by.
 * `checkInitiator`, `checkMembers`: the server has their KEYs sign before it forwards anything (A8).
 */
export const Place = message('call.place', 96, {
  ref,
  call,
  users,
  r1: random,
  certificates,
  media: bytes(TERMINAL_ID_OCTETS),
  checkInitiator: flag(),
  checkMembers: flag(),
})
/** The initiator's KEY answers the check. */
export const CheckAnswer = message('call.check-answer', 97, { ref, call, check })
/** Has more users rung. `r1`: this host's own. Only the host. */
export const Invite = message('call.invite', 98, { ref, call, users, r1: random, certificates })
/** Joins: S1 (A9). `check`: where the ring had a challenge. */
export const Accept = message('call.accept', 99, { ref, call, bundle, check: nullable(check) })
/** Does not join (A13). */
export const Decline = message('call.decline', 100, { call })
/** Leaves for good. */
export const Leave = message('call.leave', 101, { call })
/** Takes a member out. Only the host. */
export const Remove = message('call.remove', 102, { ref, call, index })
/** Ends the call for all (A18). Only the host. */
export const End = message('call.end', 103, { ref, call })
/**
 * Who the host is from now on, and its epoch. The host may name any member; a member may name itself when the host's
 * terminal is gone. Whether the members take it for their host is not the server's business.
 */
export const Hosts = message('call.hosts', 104, { ref, call, index, epoch: uint(2 ** 36) })
/** Stops ringing a user. Only the host. */
export const Withdraw = message('call.withdraw', 105, { ref, call, user })
/** This terminal is in another call, and the call rings on. Whether that is said, and to whom, is the terminal's policy. */
export const Busy = message('call.busy', 106, { call })

/** Sign this, to have the call placed: purpose `call-check`. */
export const Check = message('call.check', 112, { ref, call, challenge })
/** The users are rung, for `ringMs`. Says nothing of whether any of them is there. */
export const Placed = message('call.placed', 113, {
  ref,
  call,
  signalling: session,
  media: session,
  ringMs: uint(MAX_U32),
})
/** What was asked for is done. */
export const Done = message('call.done', 114, { ref })
/** Somebody calls. `server`: as the host dialled it. `challenge`: what to sign for the server, purpose `call-check`. */
export const Ring = message('call.ring', 115, {
  call,
  user,
  from: user,
  server: string(255),
  r1: random,
  certificates,
  challenge: nullable(challenge),
  ringMs: uint(MAX_U32),
})
/** It rings here no longer: taken or declined elsewhere, withdrawn, late, or over. */
export const Stop = message('call.stop', 116, { call, code })
/** To the host: a member has come in, with its S1. */
export const Joining = message('call.joining', 117, { call, index, bundle })
/** To the member: it is in, as `index` of both sessions; the host is `host`. The signalling session is entered already. */
export const Joined = message('call.joined', 118, {
  ref,
  call,
  index,
  host: index,
  signalling: session,
  media: session,
})
/**
 * To the host: this user does not come. `ERR_CALL_DECLINED`, or `ERR_CALL_NO_ANSWER` once the time is over; at once, and
 * without a ring, `ERR_CALL_SEAT` of a user who is in the call.
 */
export const Declined = message('call.declined', 119, { call, user, code })
/** The call is over for this terminal, and why. `reason`: an operator's own words. */
export const Over = message('call.over', 120, { call, code, reason: string(MAX_REASON_UNITS) })
/** To the host: every terminal of that user where it rings says that it is busy. It rings on, and may be answered. */
export const Engaged = message('call.engaged', 121, { call, user })

export const callFromTerminal = [
  Place,
  CheckAnswer,
  Invite,
  Accept,
  Decline,
  Leave,
  Remove,
  End,
  Hosts,
  Withdraw,
  Busy,
] as const
export const callFromServer = [
  Check,
  Placed,
  Done,
  Ring,
  Stop,
  Joining,
  Joined,
  Declined,
  Over,
  Engaged,
] as const

/** What a terminal says of a call. */
export type CallFromTerminal = MessageOf<(typeof callFromTerminal)[number]>
/** What the server says of a call. */
export type CallFromServer = MessageOf<(typeof callFromServer)[number]>

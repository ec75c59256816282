import { bytes, flag, message, string, uint } from './schema.ts'

/*
 * Sessions as the server sees them: an id, a few terminals, and who of them is there. Tags 16–31. Content travels in
 * data frames under the connection's own number for the session.
 */

/** Octets of a session's id. */
export const SESSION_ID_OCTETS = 16

const MAX_U32 = 0xffffffff
const sessionId = bytes(SESSION_ID_OCTETS)
const handle = uint(MAX_U32)
const member = uint(0xffff)

/** The terminal enters (again, after a lost connection) a session that it is a member of. */
export const Enter = message('session.enter', 16, { session: sessionId })
/** The terminal leaves for good. */
export const Leave = message('session.leave', 17, { session: sessionId })

/** The connection's number for the session from now on, and the terminal's own index in it. */
export const Entered = message('session.entered', 18, { session: sessionId, handle, index: member })
/** Another member's connection came or went. `left`: it has left for good. */
export const Presence = message('session.presence', 19, {
  session: sessionId,
  index: member,
  present: flag(),
  left: flag(),
})
/** The session is over, or this terminal is no member of it. */
export const SessionEnded = message('session.ended', 20, { session: sessionId, code: string(64) })

export const relayFromTerminal = [Enter, Leave] as const
export const relayFromServer = [Entered, Presence, SessionEnded] as const

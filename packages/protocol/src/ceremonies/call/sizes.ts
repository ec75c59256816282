import { CALL_ID_OCTETS } from '../../group/secrets.ts'
import { SESSION_ID_OCTETS } from '../../wire/relay.ts'

export { CALL_ID_OCTETS, SESSION_ID_OCTETS }

/** Octets of R1 and of R2: the random numbers of whoever calls and of whoever joins. */
export const RANDOM_OCTETS = 32
/** Octets of the server's challenge, where it checks KEYs (A8). */
export const CHECK_OCTETS = 32
/** Octets of a per-call Ed25519 key. */
export const SIGNING_OCTETS = 32
/** Octets of a per-call X-Wing key. */
export const SEALING_OCTETS = 1_216
/** Octets of a signature, by a KEY or by a per-call key. */
export const SIGNATURE_OCTETS = 64
/** Octets of a hash (SHA-256). */
export const HASH_OCTETS = 32
/** Users in one request to ring. Our choice: what one control message holds; a host asks again for more. */
export const MOST_RUNG = 400
/** Joiners in one batch. Our choice: their lines fit into one frame. */
export const MOST_IN_BATCH = 400
/** Octets of one piece of an application's data, sealed. Our choice: what one data frame holds. */
export const MOST_DATA_OCTETS = 65_000
/** Most UTF-16 units of an operator's words on why a call was ended. */
export const MAX_REASON_UNITS = 500

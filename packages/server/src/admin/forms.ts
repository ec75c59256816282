import { PERMISSION_NAMES, ROLE_NAMES } from './roles.ts'
import { flag, list, nullable, object, text, time, word, type Described } from './schema.ts'

/** The name of an account. Small letters of one alphabet: no two names look alike. */
export const operatorName = text(1, 64, /^[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?$/)
/** What somebody typed as a name: anything, so that a wrong one takes the same way as a right one. */
export const typedName = text(0, 256)
export const typedPassphrase = text(0, 1_024)
/** A person's own words, on one line. */
export const label = text(1, 64, /^[^\p{C}\p{Zl}\p{Zp}]+$/u)
export const role = word(...ROLE_NAMES)
const permission = word(...PERMISSION_NAMES)
export const permissions = list(permission, PERMISSION_NAMES.length)
/** Who keeps the id of a session: a browser in a cookie, or a program that sends it in a header. */
export const keeper = word('browser', 'program')

/** Somebody who is signed in. */
export const signedIn = object(
  { operator: operatorName, role: text(1, 64), permissions, expires: time },
  {
    /** The id of the session, for a program: shown here and never again. */
    session: text(1, 64),
    /** The token that it is, if it is one. */
    token: object({ id: text(1, 64), name: text(1, 64) }),
  },
)
export type SignedIn = Described<typeof signedIn>

/** A code that opens an account, shown once. */
export const openingCode = object({ code: text(1, 64), expires: time })

/** `name@namespace`, as it is stored. */
export const userId = text(3, 254, /^[a-z0-9._-]+@[a-z0-9.-]+$/)
export const namespace = text(1, 253, /^[a-z0-9.-]+$/)
/** The id of a key: base64url, as its user sees it. */
export const keyId = text(43, 43, /^[A-Za-z0-9_-]+$/)
/** Ids of terminals and issuers: SHA-256 hashes in hexadecimal. */
const hash = text(64, 64, /^[0-9a-f]+$/)
/** The id of a call: 16 octets in hexadecimal. */
export const callId = text(32, 32, /^[0-9a-f]+$/)
export const terminalId = hash
export const issuerId = hash
/** An operator's words to a user, on one line. */
export const reason = text(1, 500, /^[^\p{C}\p{Zl}\p{Zp}]+$/u)

/** Who is signed in at a terminal. */
export const binding = object({
  terminal: terminalId,
  user: userId,
  by: word('key', 'chip'),
  key: nullable(keyId),
  since: time,
  expires: time,
  lastSeen: time,
  connected: flag,
})

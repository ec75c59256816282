import { createHash, randomBytes } from 'node:crypto'

/** What somebody signs in by at every request, hashed as the tables have it. */
export type Credential =
  | {
      readonly by: 'session'
      readonly keptBy: 'browser' | 'program'
      /** 32 octets. */
      readonly hash: Uint8Array
    }
  | { readonly by: 'token'; readonly hash: Uint8Array }

/** Fresh, and what the tables keep of it. */
export interface Issued {
  /** Shown once. */
  readonly text: string
  /** 32 octets. */
  readonly hash: Uint8Array
}

/** Found by secret scanners wherever a token is left lying: `hufu_[A-Za-z0-9_-]{43}`. */
const TOKEN_PREFIX = 'hufu_'
/** The session of a command line: another prefix, as it is good for other things. */
const SESSION_PREFIX = 'hufus_'
const RANDOM_OCTETS = 32
const RANDOM_TEXT = /^[A-Za-z0-9_-]{43}$/

/** A token for a program: 256 random bits. */
export function newToken(): Issued {
  return issued(TOKEN_PREFIX)
}

/** The id of a session: 256 random bits. */
export function newSession(keptBy: 'browser' | 'program'): Issued {
  return issued(keptBy === 'browser' ? '' : SESSION_PREFIX)
}

/** What an Authorization header's bearer token stands for; undefined if it is none of ours. */
export function bearerCredential(text: string): Credential | undefined {
  if (fits(text, SESSION_PREFIX)) return { by: 'session', keptBy: 'program', hash: hashOf(text) }
  return fits(text, TOKEN_PREFIX) ? { by: 'token', hash: hashOf(text) } : undefined
}

/** What a cookie stands for; undefined if it is none of ours. */
export function cookieCredential(text: string): Credential | undefined {
  return fits(text, '') ? { by: 'session', keptBy: 'browser', hash: hashOf(text) } : undefined
}

/** SHA-256 of it. What has 256 random bits cannot be guessed, so that a slow hash would protect nothing. */
export function hashOf(text: string): Uint8Array {
  return new Uint8Array(createHash('sha256').update(text).digest())
}

function issued(prefix: string): Issued {
  const text = prefix + randomBytes(RANDOM_OCTETS).toString('base64url')
  return { text, hash: hashOf(text) }
}

function fits(text: string, prefix: string): boolean {
  return text.startsWith(prefix) && RANDOM_TEXT.test(text.slice(prefix.length))
}

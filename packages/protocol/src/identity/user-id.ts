import { done, failed, type Outcome } from '../wire/errors.ts'

/*
 * A user ID is `name@namespace`, as it stands in a certificate as an rfc822Name (RFC 5280 §4.2.1.6). The namespace belongs to whoever
 * certifies its users. Few characters, so that two IDs that look alike are alike.
 */

/** Most characters of a user ID, as of an address (RFC 5321 §4.5.3.1.3, without its brackets). */
export const MAX_USER_ID = 254

const NAME = /^[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?$/
const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/

/**
 * A user ID as somebody typed it: capital letters become small ones, and where the namespace is missing it is `namespace`.
 *
 * Codes: `ERR_USER_ID`.
 */
export function parseUserId(typed: string, namespace?: string): Outcome<string> {
  const given = typed.trim().toLowerCase()
  const full = given.includes('@') || namespace === undefined ? given : `${given}@${namespace}`
  return isUserId(full) ? done(full) : failed('ERR_USER_ID')
}

/** True for a user ID in the one form in which it is compared, signed and stored. */
export function isUserId(text: string): boolean {
  const at = text.indexOf('@')
  return (
    at > 0 &&
    text.length <= MAX_USER_ID &&
    NAME.test(text.slice(0, at)) &&
    isNamespace(text.slice(at + 1))
  )
}

/** True for a namespace: a host name in small letters. */
export function isNamespace(text: string): boolean {
  return text.length <= 253 && text.split('.').every((label) => LABEL.test(label))
}

/** The namespace of a user ID. */
export function namespaceOf(user: string): string {
  return user.slice(user.indexOf('@') + 1)
}

import { utf8 } from '../../crypto/index.ts'
import { done, failed, type Outcome } from '../../wire/errors.ts'
import { MAX_NAME_UNITS } from './messages.ts'

/** Most octets of a prepared passphrase. Our choice. */
const MAX_PASSPHRASE_OCTETS = 1_024

/**
 * Prepares a passphrase as RFC 8265 §4.2 says (OpaqueString): other spaces become the ASCII space, then NFC; case is
 * kept; nothing is trimmed. What FreeformClass (RFC 8264 §4.3) disallows is refused. UTF-8, at most 1,024 octets.
 *
 * Codes: `ERR_PAIR_PASSPHRASE` (empty, too long, or with a character that must not be in it).
 */
export function preparePassphrase(typed: string): Outcome<Uint8Array> {
  if (!typed.isWellFormed()) return failed('ERR_PAIR_PASSPHRASE')
  const prepared = typed.replace(/\p{Zs}/gu, ' ').normalize('NFC')
  if (prepared === '' || DISALLOWED.test(prepared)) return failed('ERR_PAIR_PASSPHRASE')
  const octets = utf8(prepared)
  return octets.length > MAX_PASSPHRASE_OCTETS ? failed('ERR_PAIR_PASSPHRASE') : done(octets)
}

/**
 * A terminal's name as it is claimed and rung: lower case, NFC, letters, digits and `-`, `_`, `.` inside, at most 64
 * UTF-16 units, beginning and ending with a letter or digit. Our choice.
 *
 * Codes: `ERR_PAIR_NAME`.
 */
export function prepareName(typed: string): Outcome<string> {
  if (!typed.isWellFormed()) return failed('ERR_PAIR_NAME')
  const name = typed.trim().normalize('NFKC').toLowerCase().normalize('NFC')
  const good = /^[\p{L}\p{N}](?:[\p{L}\p{N}\p{M}._-]*[\p{L}\p{N}\p{M}])?$/u.test(name)
  return good && name.length <= MAX_NAME_UNITS ? done(name) : failed('ERR_PAIR_NAME')
}

/** RFC 8264 §9: controls, unassigned and private code points, surrogates, line ends, ignorables, old Hangul jamo. */
const DISALLOWED =
  /[\p{Cc}\p{Cn}\p{Co}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u1100-\u11ff\ua960-\ua97c\ud7b0-\ud7c6\ud7cb-\ud7fb]/u

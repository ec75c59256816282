import { createHash } from 'node:crypto'

/** Longest encoded name that is used whole: most file systems take 255 octets, and endings need some. */
const WHOLE = 160

/**
 * The name of a file for anything that a user may call a contact or a terminal: lower-case letters a to z, digits,
 * hyphens and underlines as they are, every other octet of the UTF-8 as `%` and two digits, so that two names never
 * share a file, not even where the file system knows no capitals. What becomes too long ends in a hash instead.
 */
export function fileNameOf(name: string): string {
  let encoded = ''
  for (const octet of Buffer.from(name, 'utf8'))
    encoded += PLAIN.has(octet) ? letter(octet) : escape(octet)
  // `con`, `nul` and the like are devices on Windows, whatever the ending.
  if (DEVICE.test(encoded)) encoded = escape(encoded.charCodeAt(0)) + encoded.slice(1)
  if (encoded.length <= WHOLE) return encoded
  return `${encoded.slice(0, 80)}~${createHash('sha256').update(name, 'utf8').digest('hex')}`
}

const PLAIN: ReadonlySet<number> = new Set(Buffer.from('abcdefghijklmnopqrstuvwxyz0123456789-_'))
const DEVICE = /^(con|prn|aux|nul|com[0-9]|lpt[0-9])$/

function letter(octet: number): string {
  return String.fromCharCode(octet)
}

function escape(octet: number): string {
  return `%${octet.toString(16).padStart(2, '0')}`
}

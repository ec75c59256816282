import { base64url, ed25519, unbase64url, type SigningKey } from '@hufu/protocol/crypto'
import { encodeCbor } from '@hufu/protocol/wire'
import { HASH_OCTETS } from './chain.ts'

/** What a mark says: at `at` the record had `seq` entries, the last of them with `hash`. */
export interface Marked {
  readonly seq: number
  readonly at: number
  readonly hash: Uint8Array
  /** Everything up to `seq` was dropped, and the record begins behind it. */
  readonly begins: boolean
}

/** A mark as it is kept: whoever has one can show later that the record was another. */
export interface Mark extends Marked {
  /** 32 octets. */
  readonly publicKey: Uint8Array
  /** 64 octets. */
  readonly signature: Uint8Array
}

/** Under what name the table `meta` keeps the public key. */
export const AUDIT_KEY = 'audit-key'

const KEY_OCTETS = 32
const SIGNATURE_OCTETS = 64
/** What a mark's text begins with. */
const PREFIX = 'hufu-mark'

/** A mark of the server `serverId` (16 octets), signed with Ed25519. */
export function signMark(serverId: Uint8Array, marked: Marked, key: SigningKey): Mark {
  const { seq, at, hash, begins } = marked
  const signature = key.sign(markOctets(serverId, marked))
  return { seq, at, hash, begins, publicKey: key.publicKey, signature }
}

/** Whether `mark` was signed for this server by the key that it names. */
export function isSigned(serverId: Uint8Array, mark: Mark): boolean {
  return ed25519.verify(mark.publicKey, markOctets(serverId, mark), mark.signature)
}

/** A mark in one line without blanks, the same in the log, in the file and on a command line. */
export function markText(mark: Mark): string {
  const { seq, at, hash, begins, publicKey, signature } = mark
  const octets = [hash, publicKey, signature].map(base64url)
  return [PREFIX, seq, at, begins ? 'begins' : 'stands', ...octets].join('.')
}

/** The mark that {@link markText} wrote, or undefined. */
export function readMark(text: string): Mark | undefined {
  const parts = text.split('.')
  if (parts.length !== 7 || parts[0] !== PREFIX) return undefined
  const [seq, at] = [parts[1]!, parts[2]!].map(readNumber)
  const [hash, publicKey, signature] = parts.slice(4).map(unbase64url)
  if (seq === undefined || at === undefined || !/^(?:begins|stands)$/.test(parts[3]!))
    return undefined
  if (hash?.length !== HASH_OCTETS || publicKey?.length !== KEY_OCTETS) return undefined
  if (signature?.length !== SIGNATURE_OCTETS) return undefined
  return { seq, at, hash, begins: parts[3] === 'begins', publicKey, signature }
}

/** What is signed. The second word keeps it from being taken for anything else that hufu signs. */
function markOctets(serverId: Uint8Array, { seq, at, hash, begins }: Marked): Uint8Array {
  return encodeCbor(['hufu/1', 'audit-mark', serverId, seq, hash, at, begins])
}

function readNumber(digits: string): number | undefined {
  const number = /^(?:0|[1-9][0-9]*)$/.test(digits) ? Number(digits) : Number.NaN
  return Number.isSafeInteger(number) ? number : undefined
}

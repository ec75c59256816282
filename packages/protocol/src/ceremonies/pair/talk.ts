import { concat } from '../../crypto/index.ts'
import { failed, done, type Outcome } from '../../wire/errors.ts'
import {
  bytes,
  codec,
  flag,
  list,
  message,
  nullable,
  oneOf,
  string,
  tuple,
  uint,
  type Codec,
  type MessageOf,
} from '../../wire/schema.ts'
import { MAX_LINK_MESSAGE_OCTETS, SEGMENT_OCTETS } from '../../session/link.ts'

/*
 * What two paired terminals say inside their session. A message is a CBOR array, or a piece of a file: 01, the
 * transfer's number (u32), the octets.
 *
 * A transfer, from sender (S) and receiver (R); numbers are the sender's:
 *
 *   S offer → R accept | decline → S entries … → R have … → S (begin, pieces, end) per entry → R stored per entry
 *
 * `have` says what R holds from an earlier try, with its SHA-256; S sends from there if its own octets agree. Entries
 * follow each other without waiting, so that ten thousand small files do not cost ten thousand round trips. What arrives needs no digest: records are
 * authenticated and segments counted, so an octet that arrives is the one that was sent.
 */

/** Most UTF-16 units of a text. Our choice. */
export const MAX_TEXT_UNITS = 262_144
/** Octets of a file in one message: one segment. */
export const PIECE_OCTETS = SEGMENT_OCTETS - 5
/** Entries in one message. */
export const ENTRIES_PER_MESSAGE = 256
/** Most entries of a folder. Our choice. */
export const MAX_ENTRIES = 1_000_000
/** Most UTF-16 units of an entry's path. */
export const MAX_PATH_UNITS = 1_024
/** Most UTF-16 units of a user ID, and most octets of a certificate: as where a key is enrolled. */
const MAX_USER_UNITS = 254
const MAX_CERTIFICATE_OCTETS = 4_096

const PIECE = 1
const id = uint(0xffffffff)
const octets = uint(Number.MAX_SAFE_INTEGER)
const index = uint(MAX_ENTRIES)
const code = string(64)

export const entry = tuple({
  /** Relative to the folder, `/` between names; empty for a single file. */
  path: string(MAX_PATH_UNITS),
  folder: flag(),
  octets,
  /** Milliseconds since 1970-01-01T00:00Z. */
  modified: octets,
  executable: flag(),
})
const certificate = bytes(1, MAX_CERTIFICATE_OCTETS)
const shownKey = tuple({
  user: string(MAX_USER_UNITS),
  certificates: tuple({ signing: certificate, agreement: certificate }),
  /** Over the statement of purpose `pair` (docs/protocol.md), 64 octets. */
  signature: bytes(64),
})
const held = tuple({ index, octets, digest: bytes(32) })

/**
 * `number` counts the sender's texts from 1, over all sessions of one talk: whoever comes back under new keys says again
 * what was not acknowledged, and what had arrived all the same is known by its number.
 */
export const Text = message('text', 0, { number: octets, text: string(MAX_TEXT_UNITS) })
/** Nothing more from me. */
export const Finished = message('finished', 1, {})
/** I should like to go: say what you still have in hand, and close. */
export const Leaving = message('leaving', 2, {})
/** I keep a secret of this session, for meeting again without a passphrase, if you do too. */
export const Remember = message('remember', 3, {})
/** Somebody is typing. */
export const Typing = message('typing', 4, {})
/** Who I am, shown by my KEY and for this session only; null: I have none at hand. Said first in every session, if at all. */
export const Identity = message('identity', 5, { shown: nullable(shownKey) })
export const Offer = message('offer', 8, {
  id,
  name: string(255),
  kind: oneOf('file', 'folder'),
  octets,
  entries: index,
})
export const Accept = message('accept', 9, { id })
export const Decline = message('decline', 10, { id, code })
export const Entries = message('entries', 11, {
  id,
  entries: list(entry, ENTRIES_PER_MESSAGE),
  last: flag(),
})
export const Have = message('have', 12, { id, held: list(held, ENTRIES_PER_MESSAGE), last: flag() })
export const Begin = message('begin', 13, { id, index, position: octets })
export const End = message('end', 14, { id, index })
export const Stored = message('stored', 15, { id, index })
/** Either side gives the transfer up. `by`: who numbered it. */
export const Cancel = message('cancel', 16, { id, by: oneOf('sender', 'receiver'), code })

const kinds = [
  Text,
  Finished,
  Leaving,
  Remember,
  Typing,
  Identity,
  Offer,
  Accept,
  Decline,
  Entries,
  Have,
  Begin,
  End,
  Stored,
  Cancel,
] as const

/** A piece of a file: `data` is a view. */
export interface Piece {
  readonly type: 'piece'
  readonly id: number
  readonly data: Uint8Array
}

export type TalkMessage = MessageOf<(typeof kinds)[number]> | Piece
export type Entry = ReturnType<typeof entry.read> & object

const messages: Codec<Exclude<TalkMessage, Piece>> = codec(kinds)

/** The octets of a message. */
export function encodeTalk(talk: TalkMessage): Uint8Array {
  return concat(...encodeTalkParts(talk))
}

/** The same in parts, so that the octets of a file are not copied. */
export function encodeTalkParts(talk: TalkMessage): readonly Uint8Array[] {
  if (talk.type !== 'piece') return [messages.encode(talk)]
  const head = new Uint8Array(5)
  head[0] = PIECE
  new DataView(head.buffer).setUint32(1, talk.id)
  return [head, talk.data]
}

/** Reads a message. Codes: `ERR_TALK_MALFORMED`. */
export function decodeTalk(octetsIn: Uint8Array): Outcome<TalkMessage> {
  if (octetsIn[0] === PIECE && octetsIn.length >= 5) {
    const view = new DataView(octetsIn.buffer, octetsIn.byteOffset, octetsIn.length)
    return done({ type: 'piece', id: view.getUint32(1), data: octetsIn.subarray(5) })
  }
  const decoded = messages.decode(octetsIn, MAX_LINK_MESSAGE_OCTETS)
  return decoded.ok ? decoded : failed('ERR_TALK_MALFORMED')
}

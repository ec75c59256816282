import {
  codec,
  bytes,
  flag,
  list,
  message,
  oneOf,
  string,
  tuple,
  uint,
  type Codec,
  type MessageOf,
} from '../../wire/schema.ts'

/*
 * What is sealed in `data`: what those in a call say to each other, and have to have, whatever becomes of connections.
 *
 * A sender numbers what it says, all of it in one row; a receiver takes it in that order, and says how far it has come, to
 * the sender alone. What is not taken is sent again.
 */

/** Most UTF-16 units of one text. Our choice: below what one frame holds, at three octets each. */
export const MAX_SAID_UNITS = 20_000
/** Octets of a file in one message. Our choice: two fill a frame, so that what somebody types waits for little. */
export const FILE_PIECE_OCTETS = 32_768
/** Files of one sender that a receiver says something of. Our choice. */
export const MOST_FILES = 32

/** What a receiver has done with a file. */
export const FILE_STATES = ['declined', 'accepted', 'stored', 'failed'] as const

const MAX_U32 = 0xffffffff
const number = uint(Number.MAX_SAFE_INTEGER)
const id = uint(MAX_U32)
/** `first`: of what its sender has said, the first that all whom this is for were there to hear. */
const row = { number, first: number } as const

export const Text = message('text', 1, { ...row, text: string(MAX_SAID_UNITS) })
/** A file, for whoever wants it. `modified`: Unix milliseconds. */
export const OfferFile = message('offer', 2, {
  ...row,
  id,
  name: string(255),
  octets: number,
  modified: number,
  executable: flag(),
})
export const FilePiece = message('piece', 3, { ...row, id, octets: bytes(1, FILE_PIECE_OCTETS) })
/** All of it was sent. `digest`: SHA-256. */
export const FileEnd = message('file-end', 4, { ...row, id, digest: bytes(32) })
/** Its sender gives it up. */
export const FileStop = message('file-stop', 5, { ...row, id, code: string(64) })

/**
 * To a sender alone: all from `first` to below `next` is taken; `files` what became of those that it has offered. `code`:
 * empty, or why not.
 */
export const Taken = message('taken', 16, {
  first: number,
  next: number,
  files: list(tuple({ id, state: oneOf(...FILE_STATES), code: string(64) }), MOST_FILES),
})
/** Asks for `taken`. */
export const AskTaken = message('ask-taken', 17, {})

const numbered = [Text, OfferFile, FilePiece, FileEnd, FileStop] as const
/** What is said to all, in a row. */
export type Said = MessageOf<(typeof numbered)[number]>
/** All that is sealed in `data`. */
export type SaidMessage = MessageOf<(typeof numbered)[number] | typeof Taken | typeof AskTaken>
export const saidMessages: Codec<SaidMessage> = codec([...numbered, Taken, AskTaken])

import { sha256, utf8 } from '@hufu/protocol/crypto'
import type { EntryRow } from './entry.ts'

/** Octets of a hash in the chain. */
export const HASH_OCTETS = 32
/** What the first entry follows. */
export const NOTHING: Uint8Array = new Uint8Array(HASH_OCTETS)

/*
 * hash_n = SHA-256(label ‖ hash_(n−1) ‖ entry_n). The entry is canonical CBOR, as wire/cbor.ts writes it:
 * [seq, at, actor, action, object kind, object id, outcome, detail], of which the last is JSON as text. Checking a record
 * does little else than this, so it is written straight into one piece of memory.
 */

const LABEL = utf8('hufu/1 audit entry')
const START = LABEL.length + HASH_OCTETS

/** CBOR's major types (RFC 8949 §3), as the high bits of a head. */
const UINT = 0x00
const TEXT = 0x60
const ARRAY_OF_EIGHT = 0x88

let scratch = scratchOf(4_096)

/** The hash of `row` behind an entry of hash `previous`: 32 octets. */
export function entryHash(previous: Uint8Array, row: EntryRow): Uint8Array {
  const { actor, action, objectKind, objectId, outcome, detail } = row
  const units =
    actor.length +
    action.length +
    objectKind.length +
    objectId.length +
    outcome.length +
    detail.length
  // three octets a unit at most, nine for a head
  const most = START + 1 + 8 * 9 + 3 * units
  if (scratch.length < most) scratch = scratchOf(2 * most)
  scratch.set(previous, LABEL.length)
  scratch[START] = ARRAY_OF_EIGHT
  let at = writeHead(UINT, row.seq, START + 1)
  at = writeHead(UINT, row.at, at)
  at = writeText(actor, at)
  at = writeText(action, at)
  at = writeText(objectKind, at)
  at = writeText(objectId, at)
  at = writeText(outcome, at)
  at = writeText(detail, at)
  return sha256(scratch.subarray(0, at))
}

function scratchOf(octets: number): Buffer {
  const memory = Buffer.alloc(octets)
  memory.set(LABEL)
  return memory
}

/** Writes `text` at `at`; the result is where it ends. */
function writeText(text: string, at: number): number {
  // most text has an octet a unit: written where it then belongs, and moved if it has more
  const guess = headOctets(text.length)
  const octets = scratch.write(text, at + guess)
  const head = headOctets(octets)
  if (head !== guess) scratch.copyWithin(at + head, at + guess, at + guess + octets)
  writeHead(TEXT, octets, at)
  return at + head + octets
}

function headOctets(argument: number): number {
  if (argument < 24) return 1
  if (argument < 0x100) return 2
  if (argument < 0x1_0000) return 3
  return argument < 0x1_0000_0000 ? 5 : 9
}

function writeHead(major: number, argument: number, at: number): number {
  switch (headOctets(argument)) {
    case 1:
      scratch[at] = major | argument
      return at + 1
    case 2:
      scratch[at] = major | 24
      scratch[at + 1] = argument
      return at + 2
    case 3:
      scratch[at] = major | 25
      return scratch.writeUInt16BE(argument, at + 1)
    case 5:
      scratch[at] = major | 26
      return scratch.writeUInt32BE(argument, at + 1)
    default:
      scratch[at] = major | 27
      scratch.writeUInt32BE(Math.floor(argument / 0x1_0000_0000), at + 1)
      return scratch.writeUInt32BE(argument % 0x1_0000_0000, at + 5)
  }
}

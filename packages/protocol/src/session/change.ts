import { concat } from '../crypto/index.ts'

/*
 * What a record of a key change carries before its payload:
 *
 *   proposal   id u32 | offset u32 | refresh u8 | X-Wing public key (1,216)
 *   answer     id u32 | X-Wing ciphertext (1,120)
 */

export interface Proposal {
  readonly kind: 'proposal'
  /** Counted by its sender. */
  readonly id: number
  /** Milliseconds since its sender's epoch began, by its own clock. Told, and never relied on. */
  readonly offset: number
  /** Whether both ends make a new resume secret of the new epoch. */
  readonly refresh: boolean
  readonly publicKey: Uint8Array
}

export interface Answer {
  readonly kind: 'answer'
  /** Of the proposal that it answers. */
  readonly id: number
  readonly ciphertext: Uint8Array
}

export type Change = Proposal | Answer

/** Octets of an encoded proposal and answer. */
export const PROPOSAL_OCTETS = 9 + 1_216
export const ANSWER_OCTETS = 4 + 1_120

/** The octets of a change. */
export function encodeChange(change: Change): Uint8Array {
  if (change.kind === 'answer') return concat(u32(change.id), change.ciphertext)
  const refresh = Uint8Array.of(change.refresh ? 1 : 0)
  return concat(u32(change.id), u32(change.offset), refresh, change.publicKey)
}

/** Reads a proposal of exactly {@link PROPOSAL_OCTETS}, or undefined if it is none. Views. */
export function decodeProposal(bytes: Uint8Array): Proposal | undefined {
  const refresh = bytes[8]
  if (bytes.length !== PROPOSAL_OCTETS || refresh === undefined || refresh > 1) return undefined
  return {
    kind: 'proposal',
    id: readU32(bytes, 0),
    offset: readU32(bytes, 4),
    refresh: refresh === 1,
    publicKey: bytes.subarray(9),
  }
}

/** Reads an answer of exactly {@link ANSWER_OCTETS}, or undefined if it is none. Views. */
export function decodeAnswer(bytes: Uint8Array): Answer | undefined {
  if (bytes.length !== ANSWER_OCTETS) return undefined
  return { kind: 'answer', id: readU32(bytes, 0), ciphertext: bytes.subarray(4) }
}

function u32(value: number): Uint8Array {
  const bytes = new Uint8Array(4)
  new DataView(bytes.buffer).setUint32(0, value)
  return bytes
}

function readU32(bytes: Uint8Array, at: number): number {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length).getUint32(at)
}

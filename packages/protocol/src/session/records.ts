import { hkdf, Secret, utf8, wipe, type Eventually } from '../crypto/index.ts'
import { done, failed, type ErrorCode, type Outcome } from '../wire/errors.ts'
import {
  ANSWER_OCTETS,
  decodeAnswer,
  decodeProposal,
  encodeChange,
  PROPOSAL_OCTETS,
  type Change,
} from './change.ts'
import { wipeDirection, type Direction, type Epoch } from './epoch.ts'

/*
 * Records: what a session's two ends send each other, sealed (docs/protocol.md, "session").
 *
 *   version u8 | flags u8 | epoch u32 | counter u32 | ciphertext ‖ tag
 *
 * The ten octets before the ciphertext are associated data. Keys are per direction and epoch, the nonce is the
 * direction's IV xor the counter, and a counter is used once. A record whose counter is not above the last one opened in
 * its epoch is a repetition and is dropped: the link below makes good whatever was lost.
 *
 * Records leave under one epoch and are opened under all that are held: the one before it for a while, and the one to come
 * as soon as it is known. When to move is the affair of `rekey.ts`.
 */

/** Octets before the ciphertext. */
export const RECORD_HEAD_OCTETS = 10
/** Octets that sealing adds in all, to a record without a change. */
export const RECORD_OVERHEAD_OCTETS = RECORD_HEAD_OCTETS + 16

const VERSION = 1
/** The record carries a proposal before its payload: its sender is moving its key. */
const FLAG_PROPOSAL = 1
/** The last record of its sender; the payload is the final counters. */
const FLAG_CLOSE = 2
/** The record carries the answer to a proposal before its payload. */
const FLAG_ANSWER = 4
const FLAGS = FLAG_PROPOSAL | FLAG_CLOSE | FLAG_ANSWER
/** Counters below this may be used: 2^32. */
const COUNTER_LIMIT = 0x1_0000_0000

export type Opened =
  | {
      readonly kind: 'payload' | 'close'
      readonly epoch: number
      readonly change: Change | undefined
      readonly payload: Uint8Array
    }
  /** An old counter, or an epoch that is over: dropped. */
  | { readonly kind: 'repeated' }

/** A record on its way from {@link Records.decipher} to {@link Records.accept}. */
export type Deciphered =
  | { readonly kind: 'fault'; readonly code: ErrorCode }
  | { readonly kind: 'repeated' }
  | {
      readonly kind: 'deciphered'
      readonly head: Head
      /** Undefined: the tag did not fit. */
      readonly plaintext: Uint8Array | undefined
    }

export interface SealOptions {
  /** The last record of this end. */
  readonly close?: boolean
  /** Travels before the payload. */
  readonly change?: Change
  /** Octets left free before the record, for whatever is put around it. */
  readonly room?: number
}

export interface Records {
  /** The epoch under which records leave. */
  readonly epoch: Epoch
  /**
   * The next record. Codes: `ERR_RECORD_LIMIT` when all 2^32 counters of the epoch are used; one counter is kept back for
   * a closing record.
   *
   * @param payload in parts, which must not change until the record is there.
   */
  seal(payload: readonly Uint8Array[], options?: SealOptions): Outcome<Eventually<Uint8Array>>
  /** Deciphers a record of the other's; several may be under way. Nothing of it counts before {@link accept}. */
  decipher(record: Uint8Array): Eventually<Deciphered>
  /**
   * Takes deciphered records in, in the order in which they came. Codes: `ERR_RECORD_MALFORMED` (too short, unknown version
   * or flags, no change where one is said to be), `ERR_RECORD_EPOCH` (an epoch that was not agreed on),
   * `ERR_RECORD_FORGED` (altered, or not of this session).
   */
  accept(deciphered: Deciphered): Outcome<Opened>
  /** Opens records of `next` too. What was before the epoch in use is retired at once. */
  install(next: Epoch): void
  /** Records leave under the newest epoch from now on; the old sending key is gone. */
  advance(): void
  /** Wipes all keys from before the epoch in use. */
  retire(): void
  /** Epochs whose records open, the oldest first. */
  readonly held: readonly number[]
  /** A secret of `octets` octets for another use, the same at both ends in this epoch (`label` names the use). */
  export(label: string, octets: number): Secret
  wipe(): void
}

interface Head {
  readonly flags: number
  readonly epoch: number
  readonly counter: number
}

/** An epoch whose records open. */
interface Inbound {
  readonly number: number
  readonly into: Direction
  /** The last counter opened. */
  opened: number
}

/**
 * The record layer of one end, at its first epoch.
 *
 * @param transcriptHash 32 octets over all that led to that epoch's root.
 * @param firstCounter Where counting starts: for tests of the limit only.
 */
export function startRecords(first: Epoch, transcriptHash: Uint8Array, firstCounter = 0): Records {
  let current = first
  let newest = first
  let inbound: Inbound[] = [inboundOf(first, firstCounter)]
  let sent = firstCounter

  const inboundAt = (epoch: number): Inbound | undefined =>
    inbound.find(({ number }) => number === epoch)

  const retire = (): void => {
    for (const old of inbound) if (old.number < current.number) wipeDirection(old.into)
    inbound = inbound.filter(({ number }) => number >= current.number)
  }

  return {
    get epoch() {
      return current
    },
    get held() {
      return inbound.map(({ number }) => number)
    },
    seal(payload, { close = false, change, room = 0 } = {}) {
      if (sent >= COUNTER_LIMIT - (close ? 0 : 1)) return failed('ERR_RECORD_LIMIT')
      const flags = (close ? FLAG_CLOSE : 0) | (change === undefined ? 0 : FLAG_OF[change.kind])
      const head = encodeHead({ flags, epoch: current.number, counter: sent })
      const parts = change === undefined ? payload : [encodeChange(change), ...payload]
      const record = current.out.key.seal({ nonce: nonce(current.out.iv, sent), head, parts, room })
      sent += 1
      return done(record)
    },

    decipher(record) {
      const head = decodeHead(record)
      if (head === undefined) return { kind: 'fault', code: 'ERR_RECORD_MALFORMED' }
      const under = inboundAt(head.epoch)
      if (under === undefined)
        return head.epoch < current.number
          ? { kind: 'repeated' }
          : { kind: 'fault', code: 'ERR_RECORD_EPOCH' }
      if (head.counter <= under.opened) return { kind: 'repeated' }
      const plaintext = under.into.key.open(
        nonce(under.into.iv, head.counter),
        record.subarray(RECORD_HEAD_OCTETS),
        record.subarray(0, RECORD_HEAD_OCTETS),
      )
      return plaintext instanceof Promise
        ? plaintext.then((later) => ({ kind: 'deciphered', head, plaintext: later }))
        : { kind: 'deciphered', head, plaintext }
    },

    accept(deciphered) {
      if (deciphered.kind === 'fault') return failed(deciphered.code)
      if (deciphered.kind === 'repeated') return done(deciphered)
      const { head, plaintext } = deciphered
      if (plaintext === undefined) return failed('ERR_RECORD_FORGED')
      const under = inboundAt(head.epoch)
      if (under === undefined || head.counter <= under.opened) return done({ kind: 'repeated' })
      under.opened = head.counter
      return openedFrom(head, plaintext)
    },

    install(next) {
      retire()
      newest = next
      inbound.push(inboundOf(next, 0))
    },
    advance() {
      wipeDirection(current.out)
      wipe(current.chain, current.exporter)
      current = newest
      sent = 0
    },
    retire,

    export(label, octets) {
      const info = utf8(`hufu/1 export ${label}`)
      return new Secret(hkdf('sha512', current.exporter, transcriptHash, info, octets))
    },

    wipe() {
      for (const { into } of inbound) wipeDirection(into)
      for (const { out, chain, exporter } of new Set([current, newest])) {
        wipeDirection(out)
        wipe(chain, exporter)
      }
    },
  }
}

const FLAG_OF = { proposal: FLAG_PROPOSAL, answer: FLAG_ANSWER } as const

function inboundOf({ number, into }: Epoch, firstCounter: number): Inbound {
  return { number, into, opened: firstCounter - 1 }
}

function openedFrom({ flags, epoch }: Head, plaintext: Uint8Array): Outcome<Opened> {
  const kind = (flags & FLAG_CLOSE) === 0 ? 'payload' : 'close'
  const carried = flags & ~FLAG_CLOSE
  if (carried === 0) return done({ kind, epoch, change: undefined, payload: plaintext })
  const octets = carried === FLAG_PROPOSAL ? PROPOSAL_OCTETS : ANSWER_OCTETS
  const decode = carried === FLAG_PROPOSAL ? decodeProposal : decodeAnswer
  const change = decode(plaintext.subarray(0, octets))
  if (change === undefined) return failed('ERR_RECORD_MALFORMED')
  return done({ kind, epoch, change, payload: plaintext.subarray(octets) })
}

function encodeHead({ flags, epoch, counter }: Head): Uint8Array {
  const head = new Uint8Array(RECORD_HEAD_OCTETS)
  const view = new DataView(head.buffer)
  view.setUint8(0, VERSION)
  view.setUint8(1, flags)
  view.setUint32(2, epoch)
  view.setUint32(6, counter)
  return head
}

/** Undefined if this is the head of no record. A record carries one change at most, and none when it is the last. */
function decodeHead(record: Uint8Array): Head | undefined {
  if (record.length < RECORD_OVERHEAD_OCTETS) return undefined
  const view = new DataView(record.buffer, record.byteOffset, record.length)
  const flags = view.getUint8(1)
  const several = (flags & (flags - 1)) !== 0
  if (view.getUint8(0) !== VERSION || (flags & ~FLAGS) !== 0 || several) return undefined
  return { flags, epoch: view.getUint32(2), counter: view.getUint32(6) }
}

function nonce(iv: Uint8Array, counter: number): Uint8Array {
  const bytes = iv.slice()
  const view = new DataView(bytes.buffer)
  view.setUint32(8, (view.getUint32(8) ^ counter) >>> 0)
  return bytes
}

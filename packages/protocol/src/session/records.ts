import {
  chacha20poly1305,
  hkdf,
  hkdfExpand,
  hkdfExtract,
  Secret,
  utf8,
  wipe,
  type AeadKey,
} from '../crypto/index.ts'
import { done, failed, type Outcome } from '../wire/errors.ts'

/*
 * Records: what a session's two ends send each other, sealed (docs/protocol.md, "session").
 *
 *   version u8 | flags u8 | epoch u32 | counter u32 | ciphertext ‖ tag
 *
 * The ten octets before the ciphertext are associated data. Keys are per direction and epoch, the nonce is the
 * direction's IV xor the counter, and a counter is used once. A record whose counter is not above the last one opened is
 * a repetition and is dropped: the link below makes good whatever was lost.
 */

/** Octets before the ciphertext. */
export const RECORD_HEAD_OCTETS = 10
/** Octets that sealing adds in all. */
export const RECORD_OVERHEAD_OCTETS = RECORD_HEAD_OCTETS + 16

const VERSION = 1
/** The record carries a new public key and a time offset before its payload: its sender is moving its key. */
const FLAG_PROPOSAL = 1
/** The last record of its sender; the payload is the final counters. */
const FLAG_CLOSE = 2
const EPOCH = 0
/** Counters below this may be used: 2^32. */
const COUNTER_LIMIT = 0x1_0000_0000

export type SessionRole = 'initiator' | 'responder'

export type Opened =
  | { readonly kind: 'payload'; readonly payload: Uint8Array }
  | { readonly kind: 'close'; readonly payload: Uint8Array }
  /** An old counter: a repetition, dropped unopened. */
  | { readonly kind: 'repeated' }

export interface Records {
  /**
   * The next record. `close` marks the last one. Codes: `ERR_RECORD_LIMIT` when all 2^32 counters are used; one counter
   * is kept back for a closing record.
   *
   * @param payload whole, or in parts.
   * @param room octets left free before the record, for whatever is put around it.
   */
  seal(
    payload: Uint8Array | readonly Uint8Array[],
    close?: 'close',
    room?: number,
  ): Outcome<Uint8Array>
  /**
   * Opens a record of the other's. Codes: `ERR_RECORD_MALFORMED` (too short, unknown version or flag),
   * `ERR_RECORD_EPOCH` (an epoch that is not ours), `ERR_RECORD_PROPOSAL` (a key change, which this version does not
   * speak), `ERR_RECORD_FORGED` (altered, or not of this session).
   */
  open(record: Uint8Array): Outcome<Opened>
  /** A secret of `octets` octets for another use, the same at both ends (`label` names the use). */
  export(label: string, octets: number): Secret
  wipe(): void
}

/**
 * The record layer of one end. Takes `root` over and wipes it.
 *
 * @param root 64 octets, known to the two ends alone.
 * @param transcriptHash 32 octets over all that led to `root`.
 * @param firstCounter Where counting starts: for tests of the limit only.
 */
export function startRecords(
  root: Secret,
  role: SessionRole,
  transcriptHash: Uint8Array,
  firstCounter = 0,
): Records {
  const prk = new Secret(hkdfExtract('sha512', transcriptHash, root))
  const exporter = new Secret(derive(prk, 'exporter', 64))
  const out = direction(prk, role)
  const into = direction(prk, role === 'initiator' ? 'responder' : 'initiator')
  wipe(root, prk)
  let sent = firstCounter
  let opened = firstCounter - 1

  return {
    seal(payload, close, room = 0) {
      if (sent >= COUNTER_LIMIT - (close === undefined ? 1 : 0)) return failed('ERR_RECORD_LIMIT')
      const head = header(close === undefined ? 0 : FLAG_CLOSE, sent)
      const parts = payload instanceof Uint8Array ? [payload] : payload
      const octets = parts.reduce((sum, part) => sum + part.length, 0)
      const record = new Uint8Array(room + RECORD_OVERHEAD_OCTETS + octets)
      record.set(head, room)
      const message = { nonce: nonce(out.iv, sent), parts, aad: head }
      out.key.sealInto(record, room + RECORD_HEAD_OCTETS, message)
      sent += 1
      return done(record)
    },

    open(record) {
      const parsed = parseHeader(record)
      if (!parsed.ok) return parsed
      const { flags, counter } = parsed.value
      if (counter <= opened) return done({ kind: 'repeated' })
      const head = record.subarray(0, RECORD_HEAD_OCTETS)
      const payload = into.key.open(
        nonce(into.iv, counter),
        record.subarray(RECORD_HEAD_OCTETS),
        head,
      )
      if (payload === undefined) return failed('ERR_RECORD_FORGED')
      opened = counter
      if ((flags & FLAG_PROPOSAL) !== 0) return failed('ERR_RECORD_PROPOSAL')
      return done({ kind: flags === FLAG_CLOSE ? 'close' : 'payload', payload })
    },

    export(label, octets) {
      const context = hkdf(
        'sha512',
        exporter,
        transcriptHash,
        utf8(`hufu/1 export ${label}`),
        octets,
      )
      return new Secret(context)
    },

    wipe() {
      out.key.wipe()
      into.key.wipe()
      wipe(out.iv, into.iv, exporter)
    },
  }
}

function header(flags: number, counter: number): Uint8Array {
  const head = new Uint8Array(RECORD_HEAD_OCTETS)
  const view = new DataView(head.buffer)
  view.setUint8(0, VERSION)
  view.setUint8(1, flags)
  view.setUint32(2, EPOCH)
  view.setUint32(6, counter)
  return head
}

function parseHeader(record: Uint8Array): Outcome<{ flags: number; counter: number }> {
  if (record.length < RECORD_OVERHEAD_OCTETS) return failed('ERR_RECORD_MALFORMED')
  const view = new DataView(record.buffer, record.byteOffset, record.length)
  const flags = view.getUint8(1)
  if (view.getUint8(0) !== VERSION || flags > (FLAG_PROPOSAL | FLAG_CLOSE))
    return failed('ERR_RECORD_MALFORMED')
  if (view.getUint32(2) !== EPOCH) return failed('ERR_RECORD_EPOCH')
  return done({ flags, counter: view.getUint32(6) })
}

function direction(
  prk: Secret,
  sender: SessionRole,
): { readonly key: AeadKey; readonly iv: Uint8Array } {
  const raw = new Secret(derive(prk, `${sender} key ${EPOCH}`, chacha20poly1305.keyOctets))
  const key = chacha20poly1305.key(raw)
  raw.wipe()
  return { key, iv: derive(prk, `${sender} iv ${EPOCH}`, chacha20poly1305.nonceOctets) }
}

function derive(prk: Secret, label: string, octets: number): Uint8Array {
  return hkdfExpand('sha512', prk, utf8(`hufu/1 session ${label}`), octets)
}

function nonce(iv: Uint8Array, counter: number): Uint8Array {
  const bytes = iv.slice()
  const view = new DataView(bytes.buffer)
  view.setUint32(8, (view.getUint32(8) ^ counter) >>> 0)
  return bytes
}

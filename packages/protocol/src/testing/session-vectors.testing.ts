// Our own published vectors of the session: fixtures/session-vectors.json. To write the file anew:
//   node packages/protocol/src/testing/session-vectors.testing.ts
import { writeFileSync } from 'node:fs'
import { concat, hex, Secret, seededRandomForTests, utf8 } from '../crypto/index.ts'
import { encodeClose, encodeFrame, type LinkFrame } from '../session/frame.ts'
import type { SessionRole } from '../session/epoch.ts'
import { plainRecords, type PlainRecords } from './records.testing.ts'

/** Where the vectors are published. */
export const VECTORS_FILE: URL = new URL('../../fixtures/session-vectors.json', import.meta.url)

/** All octets in hexadecimal. */
export interface SessionVectors {
  readonly about: string
  readonly root: string
  readonly transcriptHash: string
  /** In the order in which their sender seals them. */
  readonly records: readonly RecordVector[]
  /** What an end that has opened nothing says to each. */
  readonly refused: readonly {
    readonly why: string
    readonly receiver: SessionRole
    readonly record: string
    readonly code: string
  }[]
  readonly exports: readonly { readonly label: string; readonly secret: string }[]
  readonly frames: readonly (Omit<LinkFrame, 'data'> & {
    readonly data: string
    readonly octets: string
  })[]
  readonly closing: readonly {
    readonly sent: number
    readonly taken: number
    readonly octets: string
  }[]
}

export interface RecordVector {
  readonly sender: SessionRole
  readonly counter: number
  readonly close: boolean
  readonly payload: string
  readonly record: string
}

/** Computes them all: the same octets every time. */
export function makeSessionVectors(): SessionVectors {
  const random = seededRandomForTests(utf8('session vectors'))
  const root = random(64)
  const transcriptHash = random(32)
  const start = (role: SessionRole, firstCounter = 0): PlainRecords =>
    plainRecords(new Secret(root.slice()), role, transcriptHash, firstCounter)

  const records: RecordVector[] = []
  const add = (
    sender: SessionRole,
    counter: number,
    payload: Uint8Array,
    close?: 'close',
  ): void => {
    const record = sealed(start(sender, counter), payload, close)
    records.push({
      sender,
      counter,
      close: close === 'close',
      payload: hex(payload),
      record: hex(record),
    })
  }
  add('initiator', 0, new Uint8Array(0))
  add('responder', 0, new Uint8Array(0))
  add('initiator', 1, utf8('hello'))
  add('responder', 1, random(200))
  add('initiator', 0x01020304, utf8('far along'))
  add('responder', 0xfffffffe, utf8('the last but one'))
  add('initiator', 0xffffffff, encodeClose({ sent: 3, taken: 2 }), 'close')

  const good = sealed(start('initiator'), utf8('hello'))
  const spoilt = (at: number, value: number): Uint8Array =>
    good.map((octet, i) => (i === at ? value : octet))
  const refusals: readonly (readonly [string, Uint8Array, string])[] = [
    ['shorter than a header and a tag', good.subarray(0, 25), 'ERR_RECORD_MALFORMED'],
    ['another version', spoilt(0, 2), 'ERR_RECORD_MALFORMED'],
    ['an unknown flag', spoilt(1, 8), 'ERR_RECORD_MALFORMED'],
    ['an epoch to come', spoilt(5, 1), 'ERR_RECORD_EPOCH'],
    ['another counter', spoilt(9, 1), 'ERR_RECORD_FORGED'],
    ['the close flag set on the way', spoilt(1, 2), 'ERR_RECORD_FORGED'],
    ['an octet of the ciphertext altered', spoilt(10, good[10]! ^ 1), 'ERR_RECORD_FORGED'],
    ['an octet more', concat(good, Uint8Array.of(0)), 'ERR_RECORD_FORGED'],
  ]

  const frames: readonly LinkFrame[] = [
    frame({ kind: 'sync', limit: 4_194_304 }),
    frame({ kind: 'reply', sequence: 5, acknowledged: 4, limit: 4_194_368 }),
    frame({ kind: 'data', sequence: 0, data: utf8('hello') }),
    frame({ kind: 'data', sequence: 1, more: true, data: random(20) }),
    frame({ kind: 'ack', sequence: 2 ** 48 - 1, acknowledged: 2 ** 48 - 2, limit: 2 ** 32 }),
  ]
  const counters = [
    { sent: 0, taken: 0 },
    { sent: 3, taken: 2 },
    { sent: 2 ** 48 - 1, taken: 2 ** 40 },
  ]
  return {
    about: 'hufu/1 session: records, exported secrets, link frames, closing payloads',
    root: hex(root),
    transcriptHash: hex(transcriptHash),
    records,
    refused: refusals.map(([why, record, code]) => ({
      why,
      receiver: 'responder',
      record: hex(record),
      code,
    })),
    exports: ['resume', 'another use'].map((label) => ({
      label,
      secret: hex(start('initiator').export(label, 32).expose()),
    })),
    frames: frames.map((f) => ({ ...f, data: hex(f.data), octets: hex(encodeFrame(f)) })),
    closing: counters.map((c) => ({ ...c, octets: hex(encodeClose(c)) })),
  }
}

function frame(parts: Partial<LinkFrame> & Pick<LinkFrame, 'kind'>): LinkFrame {
  const rest = { more: false, sequence: 0, acknowledged: 0, limit: 0, data: new Uint8Array(0) }
  return { ...rest, ...parts }
}

function sealed(from: PlainRecords, payload: Uint8Array, close?: 'close'): Uint8Array {
  const record = from.seal(payload, close)
  if (!record.ok) throw new Error(record.code)
  return record.value
}

if (import.meta.main)
  writeFileSync(VECTORS_FILE, `${JSON.stringify(makeSessionVectors(), null, 2)}\n`)

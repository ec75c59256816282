import assert from 'node:assert/strict'
import type { Eventually, Secret } from '../crypto/index.ts'
import { firstEpoch, nativeKeys, type SessionRole } from '../session/epoch.ts'
import { startRecords, type Opened, type Records } from '../session/records.ts'
import { done, type Outcome } from '../wire/errors.ts'

/** Records of one epoch, in steps that answer at once. */
export interface PlainRecords {
  seal(payload: Uint8Array, close?: 'close'): Outcome<Uint8Array>
  open(record: Uint8Array): Outcome<Opened>
  readonly export: Records['export']
  readonly wipe: Records['wipe']
}

/** One end's records at epoch 0; counting starts at `firstCounter`. */
export function plainRecords(
  root: Secret,
  role: SessionRole,
  transcriptHash: Uint8Array,
  firstCounter = 0,
): PlainRecords {
  const first = firstEpoch(root, transcriptHash, { role, makeKey: nativeKeys })
  const records = startRecords(first, transcriptHash, firstCounter)
  return {
    seal(payload, close) {
      const sealed = records.seal([payload], { close: close !== undefined })
      return sealed.ok ? done(atOnce(sealed.value)) : sealed
    },
    open: (record) => records.accept(atOnce(records.decipher(record))),
    export: (label, octets) => records.export(label, octets),
    wipe: () => records.wipe(),
  }
}

/** What Node's ciphers answer with: never a promise. */
export function atOnce<T>(value: Eventually<T>): T {
  assert.ok(!(value instanceof Promise))
  return value
}

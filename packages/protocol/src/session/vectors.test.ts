import assert from 'node:assert/strict'
import { createDecipheriv, hkdfSync } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { hex, Secret, unhex } from '../crypto/index.ts'
import {
  makeSessionVectors,
  VECTORS_FILE,
  type RecordVector,
  type SessionVectors,
} from '../testing/session-vectors.testing.ts'
import { plainRecords, type PlainRecords } from '../testing/records.testing.ts'
import { decodeClose, decodeFrame } from './frame.ts'

const vectors = JSON.parse(readFileSync(VECTORS_FILE, 'utf8')) as SessionVectors

test('the published vectors are what this code computes', () => {
  assert.deepEqual(makeSessionVectors(), vectors)
})

test('the records open with nothing but Node’s own crypto and the description', () => {
  for (const vector of vectors.records) assert.equal(openByThePaper(vector), vector.payload)
})

test('the exported secrets follow from the root with nothing but HKDF', () => {
  const exporter = blockZero().subarray(88, 152)
  for (const { label, secret } of vectors.exports) {
    assert.equal(hex(derive(exporter, `hufu/1 export ${label}`, 32)), secret)
  }
})

test('every record opens at the other end, in this order', () => {
  for (const { sender, counter, close, payload, record } of vectors.records) {
    const opened = receiver(sender === 'initiator' ? 'responder' : 'initiator', counter).open(
      unhex(record),
    )
    const kind = close ? 'close' : 'payload'
    assert.deepEqual(opened, {
      ok: true,
      value: { kind, epoch: 0, change: undefined, payload: unhex(payload) },
    })
  }
})

test('every record that is to be refused is, with its code', () => {
  for (const { why, receiver: role, record, code } of vectors.refused) {
    assert.deepEqual(receiver(role, 0).open(unhex(record)), { ok: false, code }, why)
  }
})

test('frames and closing payloads read as they are listed', () => {
  for (const { octets, data, ...rest } of vectors.frames) {
    assert.deepEqual(decodeFrame(unhex(octets)), {
      ok: true,
      value: { ...rest, data: unhex(data) },
    })
  }
  for (const { octets, ...counters } of vectors.closing) {
    assert.deepEqual(decodeClose(unhex(octets)), { ok: true, value: counters })
  }
})

function receiver(role: 'initiator' | 'responder', firstCounter: number): PlainRecords {
  const root = new Secret(unhex(vectors.root))
  return plainRecords(root, role, unhex(vectors.transcriptHash), firstCounter)
}

function openByThePaper({ sender, counter, record }: RecordVector): string {
  const at = sender === 'initiator' ? 0 : 44
  const key = blockZero().subarray(at, at + 32)
  const nonce = Buffer.from(blockZero().subarray(at + 32, at + 44))
  nonce.writeUInt32BE((nonce.readUInt32BE(8) ^ counter) >>> 0, 8)
  const octets = unhex(record)
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: 16 })
  decipher.setAAD(octets.subarray(0, 10), { plaintextLength: octets.length - 26 })
  decipher.setAuthTag(octets.subarray(-16))
  return decipher.update(octets.subarray(10, -16), undefined, 'hex') + decipher.final('hex')
}

function blockZero(): Uint8Array {
  return derive(unhex(vectors.root), 'hufu/1 session epoch 0', 216)
}

function derive(ikm: Uint8Array, info: string, octets: number): Uint8Array {
  return new Uint8Array(hkdfSync('sha512', ikm, unhex(vectors.transcriptHash), info, octets))
}

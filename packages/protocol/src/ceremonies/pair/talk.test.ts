import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { random } from '../../crypto/index.ts'
import { MAX_LINK_MESSAGE_OCTETS, SEGMENT_OCTETS } from '../../session/link.ts'
import { hostileOctets } from '../../testing/values.testing.ts'
import {
  decodeTalk,
  encodeTalk,
  ENTRIES_PER_MESSAGE,
  MAX_PATH_UNITS,
  MAX_TEXT_UNITS,
  PIECE_OCTETS,
  type TalkMessage,
} from './talk.ts'

const entry = {
  path: 'a/b.txt',
  folder: false,
  octets: 2 ** 40,
  modified: 1_700_000_000_000,
  executable: true,
}
const digest = random(32)

const SAMPLES: readonly TalkMessage[] = [
  { type: 'text', number: 1, text: 'hello, 世界 😀' },
  { type: 'typing' },
  { type: 'finished' },
  { type: 'leaving' },
  { type: 'remember' },
  { type: 'identity', shown: null },
  {
    type: 'identity',
    shown: {
      user: 'ann@hufu.example',
      certificates: { signing: random(500), agreement: random(480) },
      signature: random(64),
    },
  },
  { type: 'offer', id: 1, name: 'photos', kind: 'folder', octets: 2 ** 40, entries: 3 },
  { type: 'accept', id: 1 },
  { type: 'decline', id: 1, code: 'ERR_FILE_DECLINED' },
  { type: 'entries', id: 1, entries: [entry, { ...entry, path: '' }], last: true },
  { type: 'have', id: 1, held: [{ index: 2, octets: 77, digest }], last: false },
  { type: 'begin', id: 1, index: 2, position: 77 },
  { type: 'end', id: 1, index: 2 },
  { type: 'stored', id: 1, index: 2 },
  { type: 'cancel', id: 1, by: 'sender', code: 'ERR_FILE_CANCELLED' },
  { type: 'piece', id: 0xffff_ffff, data: random(100) },
  { type: 'piece', id: 0, data: new Uint8Array(0) },
]

test('everything said comes out as it went in', () => {
  for (const sample of SAMPLES) {
    assert.deepEqual(decodeTalk(encodeTalk(sample)), { ok: true, value: sample })
  }
})

test('the largest messages fit into a message of the link', () => {
  const widest = '\uffff'
  const largest: readonly TalkMessage[] = [
    { type: 'text', number: 2, text: widest.repeat(MAX_TEXT_UNITS) },
    {
      type: 'entries',
      id: 0xffff_ffff,
      entries: Array.from({ length: ENTRIES_PER_MESSAGE }, () => ({
        ...entry,
        path: widest.repeat(MAX_PATH_UNITS),
        octets: Number.MAX_SAFE_INTEGER,
        modified: Number.MAX_SAFE_INTEGER,
      })),
      last: true,
    },
    {
      type: 'identity',
      shown: {
        user: '界'.repeat(254),
        certificates: { signing: random(4_096), agreement: random(4_096) },
        signature: random(64),
      },
    },
  ]
  for (const each of largest) {
    const octets = encodeTalk(each)
    assert.ok(octets.length <= MAX_LINK_MESSAGE_OCTETS, `${each.type}: ${octets.length} octets`)
    assert.ok(decodeTalk(octets).ok)
  }
  const piece: TalkMessage = { type: 'piece', id: 0, data: new Uint8Array(PIECE_OCTETS) }
  assert.equal(encodeTalk(piece).length, SEGMENT_OCTETS)
})

test('whatever else arrives is malformed, and never an exception', () => {
  const genuine = fc.constantFrom(...SAMPLES).map(encodeTalk)
  fc.assert(
    fc.property(hostileOctets(genuine), (octets) => {
      const decoded = decodeTalk(octets)
      if (decoded.ok) assert.deepEqual(encodeTalk(decoded.value), octets)
      else assert.equal(decoded.code, 'ERR_TALK_MALFORMED')
    }),
    { numRuns: 1_000 },
  )
})

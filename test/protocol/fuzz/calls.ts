import assert from 'node:assert/strict'
import {
  callTalk,
  encodeAudio,
  framesOf,
  readAudio,
  saidMessages,
  talkReader,
  type CallTalk,
  type SaidMessage,
} from '@hufu/protocol/call'
import { Secret } from '@hufu/protocol/crypto'
import {
  encodeHeader,
  frameOpener,
  frameSealer,
  GROUP_DEFAULTS,
  readHeader,
  SFRAME_SUITES,
} from '@hufu/protocol/group'
import { encodeCbor } from '@hufu/protocol/wire'
import { encOf } from '../../../packages/protocol/src/group/wraps.ts'
import { hostileCall } from '../../../packages/protocol/src/testing/hostile-call.testing.ts'
import { fixed } from './fixed.ts'
import { bundle, codecTarget } from './messages.ts'
import type { Target } from './run.ts'

/** What is read in a call: from others in it, or from a relay that makes it up. */

const [hash, signature, nonce] = [fixed(32), fixed(64), fixed(32)]
const user = 'alice@example.org'

const member = { index: 7, user, keyId: hash, signing: hash, sealing: hash }
const place = { term: 1, epoch: 70_000, roster: hash } as const

const image = {
  term: 1,
  sequence: 4,
  host: 0,
  previous: hash,
  members: [member, { ...member, index: 8 }],
  lost: [member],
  left: [{ index: 3, signing: hash }],
  removed: [{ index: 4, signing: hash }],
  signature,
} as const

const talk: readonly CallTalk[] = [
  {
    type: 'entry',
    term: 2,
    sequence: 9,
    added: [member],
    removed: [3],
    how: 'removed',
    host: 7,
    roster: hash,
    signature,
  },
  { type: 'prepare', ...place, sealed: fixed(48), commitment: hash, lock: hash, signature },
  {
    type: 'fresh',
    ...place,
    cut: true,
    commitment: hash,
    lock: hash,
    nonce,
    sealed: fixed(48),
    signature,
  },
  { type: 'go', term: 1, epoch: 2, cut: false, reason: 'volume', preimage: hash },
  { type: 'ready', term: 1, epoch: 2 ** 36, tag: hash },
  { type: 'beat', ...place, count: 1_000, signature },
  { type: 'nonce', nonce, tag: hash },
  { type: 'ask', term: 1, epoch: 0, tag: hash },
  { type: 'bundle', index: 65_534, bundle },
  { type: 'image', ...image },
  {
    type: 'batch',
    host: bundle,
    ...place,
    commitment: hash,
    lock: hash,
    schedule: 'ratchet',
    policy: GROUP_DEFAULTS,
    lines: [{ index: 7, r2: hash, bundle: hash, sealed: hash }],
    signature,
  },
  { type: 'sealed', epoch: 3, sealed: fixed(1_300) },
  { type: 'want', indices: [1, 2, 300] },
  { type: 'unshown', indices: [7, 65_534] },
  { type: 'return', term: 1, roster: hash, nonce, sealing: fixed(1_216), signature },
  { type: 'again', ...place, commitment: hash, lock: hash, nonce, sealed: fixed(1_200), signature },
  { type: 'hand-over', term: 1, sequence: 4, roster: hash, epoch: 9, to: 2, signature },
  { type: 'cede', image, epoch: 9, to: 2, signature },
  { type: 'former', image },
  { type: 'end', term: 1, signature },
  { type: 'bye', signature },
  { type: 'part', number: 1, at: 0, count: 2, octets: fixed(300) },
  { type: 'data', octets: fixed(80) },
]

const row = { number: 70_000, first: 1 } as const
const said: readonly SaidMessage[] = [
  { type: 'text', ...row, text: 'shall we?' },
  { type: 'offer', ...row, id: 1, name: 'a.tar', octets: 2 ** 40, modified: 0, executable: true },
  { type: 'piece', ...row, id: 1, octets: fixed(600) },
  { type: 'file-end', ...row, id: 1, digest: hash },
  { type: 'file-stop', ...row, id: 1, code: 'ERR_FILE_READ' },
  { type: 'taken', first: 1, next: 9, files: [{ id: 1, state: 'declined', code: '' }] },
  { type: 'ask-taken' },
]

const suite = SFRAME_SUITES[5]
const base = (): Secret => new Secret(hash.slice())
const sealer = frameSealer(suite, base(), 65_543n)
const sealed = [sealer.seal(fixed(160)), sealer.seal(fixed(3))] as readonly Uint8Array[]

export const calls: readonly Target[] = [
  codecTarget('talk of a call', 60, callTalk, talk),
  codecTarget('what is said in a call', 20, saidMessages, said),
  partsTarget(),
  {
    name: 'headers of SFrame',
    share: 30,
    valid: [
      [0n, 0n],
      [7n, 8n],
      [65_543n, 2n ** 40n],
      [2n ** 64n - 1n, 2n ** 64n - 1n],
    ].map(([keyId, counter]) => encodeHeader(keyId!, counter!)),
    feed(input) {
      const header = readHeader(input)
      if (header === undefined) return false
      const { keyId, counter, octets } = header
      const head = input.subarray(0, octets)
      assert.equal(Buffer.compare(encodeHeader(keyId, counter), head), 0, 'another form')
      return true
    },
  },
  {
    name: 'frames of SFrame',
    share: 5,
    valid: sealed,
    feed(input) {
      const header = readHeader(input)
      const opener = frameOpener(suite, base(), header?.keyId ?? 0n)
      const opened = header && opener.open(input, header)
      opener.wipe()
      if (opened !== undefined)
        assert.ok(
          sealed.some((one) => Buffer.compare(one, input) === 0),
          'a forged frame',
        )
      return opened !== undefined
    },
  },
  {
    name: 'sound',
    share: 8,
    valid: [encodeAudio({ sequence: 70_000, opus: Uint8Array.of(0x78, ...fixed(60)) })],
    feed(input) {
      const frame = readAudio(input)
      if (frame !== undefined)
        assert.equal(Buffer.compare(encodeAudio(frame), input), 0, 'another form')
      return frame !== undefined
    },
  },
  {
    name: 'wraps of a secret',
    share: 5,
    valid: [encodeCbor([fixed(32), fixed(1_300)])],
    feed: (input) => encOf(input) !== undefined,
  },
  seatTarget(),
]

/** Parts from several senders: what they hold of unfinished messages has an end. */
function partsTarget(): Target {
  const roster = { ...talk[9]!, members: Array.from({ length: 900 }, () => member) }
  const parts = framesOf(roster, 3)
  const reader = talkReader()
  let fed = 0
  return {
    name: 'parts of talk',
    share: 10,
    valid: [callTalk.encode(talk[18]!), callTalk.encode(talk[0]!), parts[0]!.subarray(0, 8_000)],
    feed(input) {
      fed += 1
      return reader.read(fed % 5, input).ok
    },
  }
}

/** Whole seats, in a call: no octets move them that its host has not sealed or signed. */
function seatTarget(): Target {
  const call = hostileCall('fuzz')
  call.join(2)
  const before = call.ends.map(({ seat }) => seat.sending())
  let fed = 0
  return {
    name: 'seats of a call',
    share: 2,
    valid: talk.map((message) => callTalk.encode(message)),
    feed(input) {
      fed += 1
      call.say(fed % 3, (fed + 1) % 3, input.slice())
      for (const end of call.ends) end.told.length = 0
      const now = call.ends.map(({ seat }) => seat.sending())
      assert.deepEqual(now, before, 'moved')
      return callTalk.decode(input).ok
    },
  }
}

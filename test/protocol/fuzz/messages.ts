import assert from 'node:assert/strict'
import { ed25519 } from '@hufu/protocol/crypto'
import {
  answerChallenge,
  decodeCbor,
  encodeCbor,
  statementOctets,
  type Codec,
  type ErrorCode,
  type Outcome,
  type Value,
} from '@hufu/protocol/wire'
import type { Bundle } from '@hufu/protocol/call'
import { decodeTalk, encodeTalk } from '@hufu/protocol/pair'
import { forAttempt, forOpener } from '../../../packages/server/src/ceremonies/pair/nodes.ts'
import { serverMessages, terminalMessages } from '../../../packages/server/src/messages.ts'
import { movementTraffic, readTraffic } from '../../../packages/server/src/relay/traffic.ts'
import { fixed } from './fixed.ts'
import type { Target } from './run.ts'

/** What is read before anything is known of whoever sent it. */

const CBOR_CODES = ['ERR_WIRE_OVERSIZE', 'ERR_WIRE_DEPTH', 'ERR_WIRE_MALFORMED'] as const
const CODEC_CODES = [...CBOR_CODES, 'ERR_WIRE_SCHEMA', 'ERR_WIRE_UNEXPECTED'] as const

const [id, share, tag] = [fixed(16), fixed(32), fixed(64)]
const associated = fixed(600)
const user = 'alice@example.org'
const certificates = { signing: fixed(500), agreement: fixed(490) }
const issuers = [{ certificate: fixed(300), namespaces: ['example.org'], ours: true }]
/** An S1, well formed. */
export const bundle: Bundle = {
  user,
  certificates,
  terminal: share,
  host: 'bob@example.org',
  r1: share,
  r2: share,
  signing: share,
  sealing: fixed(1_216),
  media: share,
  signature: tag,
}
const newKey = {
  kind: 'software',
  algorithm: 'ed25519',
  signing: share,
  agreement: share,
  outside: null,
  passkey: null,
} as const

/**
 * Accepted octets must be the ones that their value is written as, so that nothing can be said in two ways; refused ones
 * have one of these codes.
 */
export function onlyForm<T>(
  outcome: Outcome<T>,
  codes: readonly ErrorCode[],
  write: (value: T) => Uint8Array,
  input: Uint8Array,
): boolean {
  if (outcome.ok) assert.equal(Buffer.compare(write(outcome.value), input), 0, 'another form')
  else assert.ok(codes.includes(outcome.code), outcome.code)
  return outcome.ok
}

/** A codec, which accepts these messages. */
export function codecTarget<M>(
  name: string,
  share: number,
  codec: Codec<M>,
  valid: readonly M[],
): Target {
  return {
    name,
    share,
    valid: valid.map((message) => codec.encode(message)),
    feed: (input) =>
      onlyForm(codec.decode(input), CODEC_CODES, (message) => codec.encode(message), input),
  }
}

const values: readonly Value[] = [
  0,
  23,
  24,
  255,
  256,
  65_535,
  65_536,
  0xffffffff,
  2 ** 32,
  Number.MAX_SAFE_INTEGER,
  'a',
  'ä€😀',
  '',
  id,
  share,
  fixed(300),
  true,
  false,
  null,
  [],
  [[[[[[[[]]]]]]]],
  [1, [2, 'three', [share, null]], [[], [true]]],
]

const challenge = {
  type: 'challenge',
  versions: [1],
  serverId: id,
  bootId: fixed(8),
  nonce: share,
} as const

const key = ed25519.generate(fixed)

export const messages: readonly Target[] = [
  {
    name: 'CBOR',
    share: 70,
    valid: values.map((value) => encodeCbor(value)),
    feed: (input) => onlyForm(decodeCbor(input), CBOR_CODES, encodeCbor, input),
  },
  codecTarget('messages of terminals', 110, terminalMessages, [
    answerChallenge(challenge, key, 'hufu.example:443', fixed),
    { type: 'ping', count: 70_000 },
    { type: 'session.enter', session: id },
    { type: 'session.leave', session: id },
    { type: 'pair.open', ref: 1, again: null },
    { type: 'pair.open', ref: 500, again: '4821' },
    { type: 'pair.claim', ref: 2, name: 'workshop' },
    { type: 'pair.meet', ref: 3, meeting: id, stay: true },
    { type: 'pair.withdraw', ref: 4 },
    { type: 'pair.request', ref: 5, to: { kind: 'slot', at: '4821' }, sid: id, share, associated },
    { type: 'pair.answer', pairing: id, share, associated, tag },
    { type: 'pair.confirm', pairing: id, tag, opening: share },
    { type: 'pair.fail', pairing: id, reason: 'mismatch' },
    { type: 'pair.stands', pairing: id },
    { type: 'signin.ask', ref: 1, act: 'sign-in', by: 'key', user },
    { type: 'signin.ask', ref: 2, act: 'release', by: 'chip', user: null },
    {
      type: 'signin.prove',
      ref: 1,
      user,
      nonce: share,
      certificates,
      subject: share,
      signature: tag,
    },
    { type: 'signin.chip', ref: 2, nonce: share, tag: share },
    {
      type: 'signin.enrol',
      ref: 3,
      invitation: id,
      fresh: { ...newKey, passkey: { credential: id, host: 'hufu.example', sealed: associated } },
      recovery: null,
      nonce: share,
      signature: tag,
      tag: share,
    },
    {
      type: 'signin.add',
      ref: 4,
      user,
      nonce: share,
      certificates,
      signature: tag,
      fresh: { ...newKey, kind: 'outside', outside: certificates },
      proof: tag,
    },
    {
      type: 'signin.enrol-chip',
      ref: 5,
      invitation: id,
      sealed: associated.subarray(0, 60),
      tag: share,
    },
    { type: 'signin.where', ref: 6 },
    { type: 'signin.unseal', ref: 7, credential: share },
    { type: 'signin.keys', ref: 8 },
    {
      type: 'call.place',
      ref: 9,
      call: id,
      users: [user, 'bob@example.org'],
      r1: share,
      certificates,
      media: share,
      checkInitiator: true,
      checkMembers: false,
    },
    { type: 'call.check-answer', ref: 9, call: id, check: { nonce: share, signature: tag } },
    { type: 'call.invite', ref: 10, call: id, users: [user], r1: share, certificates },
    { type: 'call.accept', ref: 11, call: id, bundle, check: { nonce: share, signature: tag } },
    { type: 'call.accept', ref: 11, call: id, bundle, check: null },
    { type: 'call.decline', call: id },
    { type: 'call.busy', call: id },
    { type: 'call.leave', call: id },
    { type: 'call.remove', ref: 12, call: id, index: 65_534 },
    { type: 'call.end', ref: 13, call: id },
    { type: 'call.hosts', ref: 14, call: id, index: 3, epoch: 2 ** 36 },
    { type: 'call.withdraw', ref: 15, call: id, user },
  ]),
  codecTarget('messages of servers', 110, serverMessages, [
    challenge,
    { type: 'welcome', terminalId: share, heartbeatMs: 25_000 },
    { type: 'pong', count: 1 },
    { type: 'drain', afterMs: 3_000 },
    { type: 'ended', code: 'ERR_RATE' },
    { type: 'refused', ref: 9, code: 'ERR_PAIR_SLOTS' },
    { type: 'session.entered', session: id, handle: 3, index: 1 },
    { type: 'session.presence', session: id, index: 0, present: true, left: false },
    { type: 'session.ended', session: id, code: 'ERR_SESSION_UNKNOWN' },
    { type: 'pair.opened', ref: 1, slot: '4821', lifetimeMs: 600_000 },
    { type: 'pair.met', ref: 2, role: 'second' },
    { type: 'pair.answered', pairing: id, share, associated, tag },
    {
      type: 'pair.verdict',
      pairing: id,
      session: id,
      confirm: { tag, opening: share },
      code: null,
    },
    { type: 'pair.verdict', pairing: id, session: null, confirm: null, code: 'ERR_PAIR_REFUSED' },
    {
      type: 'signin.challenge',
      ref: 1,
      challenge: share,
      user,
      offered: [user],
      lifetimeMs: 60_000,
    },
    { type: 'signin.bound', ref: 1, user, by: 'key', since: 1, expires: 2 ** 41, renew: true },
    { type: 'signin.done', ref: 2 },
    { type: 'signin.released', user, code: 'ERR_BINDING_FORCED', reason: 'left the building' },
    { type: 'signin.issued', ref: 3, user, certificates, issuers, tag: share },
    {
      type: 'signin.here',
      ref: 6,
      here: { user, by: 'chip', since: 1, expires: 2 },
      elsewhere: [{ terminal: share, since: 1, expires: 2, connected: false }],
    },
    {
      type: 'signin.sealed',
      ref: 7,
      user,
      host: 'hufu.example',
      sealed: id,
      certificates,
      issuers,
    },
    {
      type: 'signin.listed',
      ref: 8,
      user,
      keys: [{ keyId: share, kind: 'passkey', created: 1, lastUsed: 2, revoked: null }],
    },
    { type: 'call.check', ref: 9, call: id, challenge: share },
    { type: 'call.placed', ref: 9, call: id, signalling: id, media: id, ringMs: 60_000 },
    { type: 'call.done', ref: 10 },
    {
      type: 'call.ring',
      call: id,
      user,
      from: 'bob@example.org',
      server: 'hufu.example:443',
      r1: share,
      certificates,
      challenge: share,
      ringMs: 60_000,
    },
    { type: 'call.stop', call: id, code: 'ERR_CALL_ELSEWHERE' },
    { type: 'call.joining', call: id, index: 7, bundle },
    { type: 'call.joined', ref: 11, call: id, index: 7, host: 0, signalling: id, media: id },
    { type: 'call.declined', call: id, user, code: 'ERR_CALL_NO_ANSWER' },
    { type: 'call.engaged', call: id, user },
    { type: 'call.over', call: id, code: 'ERR_CALL_FORCED', reason: 'maintenance' },
  ]),
  codecTarget('what nodes tell an opener', 40, forOpener, [
    {
      type: 'ring',
      kind: 'slot',
      at: '4821',
      pairing: id,
      sid: id,
      share,
      associated,
      answerMs: 60_000,
      confirmMs: 30_000,
    },
    { type: 'outcome', pairing: id, session: id, confirm: { tag, opening: share }, code: null },
  ]),
  codecTarget('what nodes tell an attempt', 40, forAttempt, [
    { type: 'answer', from: share, share, associated, tag },
    { type: 'fail', from: share, reason: 'declined' },
    { type: 'stands', from: share },
    { type: 'gone', from: share },
  ]),
  {
    name: 'traffic of nodes',
    share: 30,
    valid: [
      movementTraffic({ type: 'arrived', index: 1, stay: 4_000_000_000, fresh: true }),
      movementTraffic({ type: 'here', members: [{ index: 0, stay: 7 }] }),
      movementTraffic({ type: 'left', index: 1, code: null }),
      movementTraffic({ type: 'over', to: null, code: 'ERR_PAIR_REFUSED' }),
    ],
    feed(input) {
      const outcome = readTraffic(input, new Uint8Array(0))
      if (outcome.ok && outcome.value.type !== 'movement') return false
      return onlyForm(
        outcome,
        CODEC_CODES,
        (traffic) => (traffic.type === 'movement' ? movementTraffic(traffic.movement) : id),
        input,
      )
    },
  },
  {
    name: 'messages of a talk',
    share: 60,
    valid: (
      [
        { type: 'text', number: 1, text: 'shall we?' },
        { type: 'offer', id: 1, name: 'hall.tar', kind: 'folder', octets: 2 ** 40, entries: 3 },
        {
          type: 'entries',
          id: 1,
          last: true,
          entries: [
            {
              path: 'a/b',
              folder: false,
              octets: 9,
              modified: 1_700_000_000_000,
              executable: true,
            },
          ],
        },
        { type: 'have', id: 1, held: [{ index: 0, octets: 7, digest: share }], last: false },
        { type: 'begin', id: 1, index: 2, position: 65_536 },
        { type: 'cancel', id: 1, by: 'receiver', code: 'ERR_FILE_WRITE' },
        { type: 'piece', id: 70_000, data: associated },
        { type: 'leaving' },
      ] as const
    ).map((message) => encodeTalk(message)),
    feed: (input) => onlyForm(decodeTalk(input), ['ERR_TALK_MALFORMED'], encodeTalk, input),
  },
  {
    name: 'statements',
    share: 10,
    valid: [Buffer.from('hufu.example:443', 'utf16le'), share],
    feed(input) {
      const server = Buffer.from(input).toString('utf16le')
      if (!server.isWellFormed()) {
        assert.throws(() => statementOf(server, input), { code: 'ERR_CALL_ORDER' })
        return false
      }
      const read = decodeCbor(statementOf(server, input), MAX_STATEMENT_OCTETS)
      assert.ok(read.ok && Array.isArray(read.value))
      assert.deepEqual([read.value[3], read.value.length], [server, 11])
      return true
    },
  },
]

/** Octets of a statement about the longest input. */
const MAX_STATEMENT_OCTETS = 100_000

function statementOf(server: string, octets: Uint8Array): Uint8Array {
  return statementOctets({
    purpose: 'connect',
    role: 'terminal',
    server,
    users: [server],
    certificates: [octets],
    terminal: share,
    session: octets,
    nonces: [octets, share],
    suites: ['hufu.1'],
    payload: octets,
  })
}

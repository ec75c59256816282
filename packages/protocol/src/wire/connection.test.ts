import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ed25519, hex, seededRandomForTests, utf8 } from '../crypto/index.ts'
import { decodesIntoItsOwn } from '../testing/values.testing.ts'
import {
  answerChallenge,
  Challenge,
  connectionFromServer,
  connectionFromTerminal,
  helloIsProved,
  sameTerminal,
  terminalIdOf,
} from './connection.ts'
import { relayFromServer, relayFromTerminal } from './relay.ts'
import { codec, type MessageOf } from './schema.ts'
import { statementOctets } from './statement.ts'

const random = seededRandomForTests(utf8('connection'))
const challenge: MessageOf<typeof Challenge> = {
  type: 'challenge',
  versions: [1, 2],
  serverId: random(16),
  bootId: random(8),
  nonce: random(32),
}
const key = ed25519.generate(random)
const hello = answerChallenge(challenge, key, 'hufu.example:443', random)

describe('the proof in hello', () => {
  test('is good for the challenge that it answers', () => {
    assert.equal(helloIsProved(challenge, hello), true)
  })

  test('is void with any field of the challenge altered', () => {
    const others: readonly Partial<typeof challenge>[] = [
      { versions: [1] },
      { versions: [2, 1] },
      { versions: [1, 2, 3] },
      { serverId: flipped(challenge.serverId) },
      { bootId: flipped(challenge.bootId) },
      { nonce: flipped(challenge.nonce) },
    ]
    for (const other of others) {
      assert.equal(helloIsProved({ ...challenge, ...other }, hello), false, Object.keys(other)[0])
    }
  })

  test('is void with any field of hello altered', () => {
    const others: readonly Partial<typeof hello>[] = [
      { version: 2 },
      { terminalKey: flipped(hello.terminalKey) },
      { terminalKey: ed25519.generate(random).publicKey },
      { terminalKey: new Uint8Array(32) },
      { nonce: flipped(hello.nonce) },
      { serverName: 'hufu.example' },
      { serverName: 'other.example:443' },
      { proof: flipped(hello.proof) },
      { proof: new Uint8Array(64) },
    ]
    for (const other of others) {
      assert.equal(helloIsProved(challenge, { ...hello, ...other }), false, Object.keys(other)[0])
    }
  })

  test('is void in every octet of the signature', () => {
    for (let i = 0; i < hello.proof.length; i += 1) {
      assert.equal(helloIsProved(challenge, { ...hello, proof: flipped(hello.proof, i) }), false)
    }
  })

  test('that another key made does not prove this one', () => {
    const thief = answerChallenge(challenge, ed25519.generate(random), hello.serverName, random)
    assert.equal(helloIsProved(challenge, thief), true)
    assert.equal(helloIsProved(challenge, { ...thief, terminalKey: key.publicKey }), false)
  })

  test('differs every time', () => {
    const again = answerChallenge(challenge, key, hello.serverName, random)
    assert.notDeepEqual(again.nonce, hello.nonce)
    assert.notDeepEqual(again.proof, hello.proof)
  })
})

describe('a communication ID', () => {
  test('is one for each key', () => {
    assert.equal(terminalIdOf(key.publicKey).length, 32)
    assert.ok(sameTerminal(terminalIdOf(key.publicKey), terminalIdOf(hello.terminalKey)))
    const other = terminalIdOf(ed25519.generate(random).publicKey)
    assert.ok(!sameTerminal(terminalIdOf(key.publicKey), other))
  })
})

describe('a statement', () => {
  const statement = {
    purpose: 'connect',
    role: 'terminal',
    server: 'hufu.example:443',
    users: ['ann'],
    certificates: [random(32)],
    terminal: random(32),
    session: random(16),
    nonces: [random(32), random(32)],
    suites: ['hufu.1'],
    payload: random(32),
  } as const

  test('says every field of it, so that no two say the same', () => {
    const one = random(32)
    const others = [
      { role: 'other' },
      { server: 'hufu.example' },
      { users: [] },
      { users: ['ann', 'bob'] },
      { certificates: [] },
      { terminal: one },
      { session: one },
      { nonces: [one, statement.nonces[1]] as const },
      { nonces: [statement.nonces[1], statement.nonces[0]] as const },
      { suites: [] },
      { payload: new Uint8Array(0) },
    ]
    const all = [statement, ...others.map((other) => ({ ...statement, ...other }))]
    const said = new Set(all.map((each) => hex(statementOctets(each))))
    assert.equal(said.size, all.length)
  })

  test('begins with what it is', () => {
    assert.equal(hex(statementOctets(statement).subarray(0, 8)), `8b66${hex(utf8('hufu/1'))}`)
  })
})

describe('the messages of a connection and of its sessions', () => {
  const session = random(16)
  const samples = {
    challenge,
    hello,
    welcome: { type: 'welcome', terminalId: random(32), heartbeatMs: 20_000 },
    ping: { type: 'ping', count: 0 },
    pong: { type: 'pong', count: 0xffff_ffff },
    drain: { type: 'drain', afterMs: 1 },
    ended: { type: 'ended', code: 'ERR_IDLE' },
    refused: { type: 'refused', ref: 7, code: 'ERR_RATE' },
    'session.enter': { type: 'session.enter', session },
    'session.leave': { type: 'session.leave', session },
    'session.entered': { type: 'session.entered', session, handle: 3, index: 1 },
    'session.presence': { type: 'session.presence', session, index: 0, present: true, left: false },
    'session.ended': { type: 'session.ended', session, code: 'ERR_PEER_GONE' },
  } as const
  const kinds = [
    ...connectionFromTerminal,
    ...connectionFromServer,
    ...relayFromTerminal,
    ...relayFromServer,
  ]
  const all = codec(kinds)

  test('come out as they went in, every one of them', () => {
    assert.deepEqual(
      kinds.map((kind) => kind.type).toSorted(),
      Object.keys(samples).toSorted(),
      'a sample of each',
    )
    for (const sample of Object.values(samples)) {
      assert.deepEqual(all.decode(all.encode(sample)), { ok: true, value: sample })
      assert.ok(decodesIntoItsOwn(all, sample))
    }
  })

  test('have tags of their own, in their own range', () => {
    assert.equal(new Set(kinds.map((kind) => kind.tag)).size, kinds.length)
    for (const kind of [...connectionFromTerminal, ...connectionFromServer]) {
      assert.ok(kind.tag >= 0 && kind.tag < 16)
    }
    for (const kind of [...relayFromTerminal, ...relayFromServer]) {
      assert.ok(kind.tag >= 16 && kind.tag < 32)
    }
  })
})

function flipped(octets: Uint8Array, at = 0): Uint8Array {
  return octets.map((octet, i) => (i === at ? octet ^ 1 : octet))
}

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { hex } from '../../crypto/index.ts'
import { at } from '../../testing/clock.testing.ts'
import { LOW_ORDER } from '../../testing/curve.testing.ts'
import {
  answer,
  answererStep,
  begin,
  confirmed,
  flipped,
  passphrase,
  requesterStep,
  resumeSecret,
  WORDS_OF_BOTH,
  type AnswerMessage,
  type Pairing,
} from '../../testing/pairing.testing.ts'
import { decodeCbor, encodeCbor, type Value } from '../../wire/cbor.ts'
import { channelIdentifier, readRequesterData, resumeIdOf, SUITE } from './handshake.ts'
import { PAIR_LIMITS, startAnswerer, type Channel, type Knowledge } from './index.ts'

describe('whatever is altered on the way', () => {
  test('of a request makes the answer void: share, session id, each octet of the rest', () => {
    for (const change of alteredRequests(begin())) {
      const pairing = begin({ kind: 'name' })
      const { sid, share, associated } = change(pairing.request)
      const ring = startAnswerer({ sid, share, associated }, pairing.channel, PAIR_LIMITS, at(0))
      const { send } = answer({ ...pairing, answerer: ring.state })
      if (send?.type !== 'answer') continue // refused at once
      const step = requesterStep(pairing.requester, { type: 'answered', message: send.message }, 0)
      assert.ok(step.state.at === 'failed')
      assert.equal(step.state.code, 'ERR_PAIR_MISMATCH')
    }
  })

  test('of an answer makes it void: share, tag, each octet of the rest', () => {
    const sizes = answer(begin()).send
    assert.equal(sizes?.type, 'answer')
    const changes: ((message: AnswerMessage) => AnswerMessage)[] = [
      (message) => ({ ...message, share: flipped(message.share, 0) }),
      (message) => ({ ...message, share: flipped(message.share, 30) }),
      ...LOW_ORDER.map((share) => (message: AnswerMessage) => ({ ...message, share })),
      (message) => ({ ...message, tag: new Uint8Array(64) }),
      (message) => ({ ...message, tag: flipped(message.tag, 63) }),
      (message) => ({ ...message, associated: message.associated.subarray(1) }),
      ...everySome(sizes.message.associated.length).map((index) => (message: AnswerMessage) => ({
        ...message,
        associated: flipped(message.associated, index),
      })),
    ]
    for (const change of changes) {
      const pairing = begin({ kind: 'name' })
      const { send } = answer(pairing)
      assert.equal(send?.type, 'answer')
      const input = { type: 'answered', message: change(send.message) } as const
      const step = requesterStep(pairing.requester, input, 0)
      assert.ok(step.state.at === 'failed')
      assert.match(step.state.code, /^ERR_PAIR_(MISMATCH|MALFORMED|SUITE)$/)
    }
  })

  test('of where they meet makes it void: server, kind, slot', () => {
    const others: readonly ((channel: Channel) => Channel)[] = [
      (channel) => ({ ...channel, serverId: flipped(channel.serverId) }),
      (channel) => ({ ...channel, kind: 'slot' }),
      (channel) => ({ ...channel, at: '4822' }),
    ]
    for (const other of others) {
      const pairing = begin({ kind: 'name' })
      const { channel, request } = pairing
      assert.notDeepEqual(channelIdentifier(other(channel)), channelIdentifier(channel))
      const ring = startAnswerer(request, other(channel), PAIR_LIMITS, at(0))
      const { send } = answer({ ...pairing, answerer: ring.state })
      assert.equal(send?.type, 'answer')
      const step = requesterStep(pairing.requester, { type: 'answered', message: send.message }, 0)
      assert.deepEqual(step.state, { at: 'failed', code: 'ERR_PAIR_MISMATCH' })
    }
  })

  test('a share of low order is refused before anything is made of it', () => {
    for (const share of LOW_ORDER) {
      const pairing = begin()
      const ring = startAnswerer({ ...pairing.request, share }, pairing.channel, PAIR_LIMITS, at(0))
      const step = answer({ ...pairing, answerer: ring.state })
      assert.deepEqual(step.state, { at: 'failed', code: 'ERR_PAIR_MALFORMED' })
    }
  })
})

describe('a party’s own messages coming back', () => {
  test('are refused by the requester: its own share, its own terminal', () => {
    const pairing = begin({ kind: 'name' })
    const { send } = answer(pairing)
    assert.equal(send?.type, 'answer')
    const echoed = { ...send.message, share: pairing.request.share }
    const mirrored = begin({
      kind: 'name',
      terminals: [pairing.terminals[0], pairing.terminals[0]],
    })
    assert.deepEqual(requesterStep(pairing.requester, { type: 'answered', message: echoed }, 0), {
      state: { at: 'failed', code: 'ERR_PAIR_REFLECTED' },
      send: { type: 'fail', reason: 'mismatch' },
    })
    const own = answer({
      ...mirrored,
      terminals: [mirrored.terminals[0], flipped(mirrored.terminals[0])],
    })
    assert.equal(own.send?.type, 'answer')
    const relabelled = withData(own.send.message, 3, mirrored.terminals[0])
    const step = requesterStep(mirrored.requester, { type: 'answered', message: relabelled }, 0)
    assert.deepEqual(step.state, { at: 'failed', code: 'ERR_PAIR_REFLECTED' })
  })

  test('are refused by the answerer: a request of its own terminal', () => {
    const one = new Uint8Array(32).fill(3)
    const step = answer(begin({ terminals: [one, one] }))
    assert.deepEqual(step, {
      state: { at: 'failed', code: 'ERR_PAIR_REFLECTED' },
      send: { type: 'fail', reason: 'mismatch' },
    })
  })

  test('as data of the other role are refused: a request for an answer, and the other way', () => {
    const pairing = begin({ kind: 'name' })
    const { send } = answer(pairing)
    assert.equal(send?.type, 'answer')
    const swapped = { ...send.message, associated: pairing.request.associated }
    const step = requesterStep(pairing.requester, { type: 'answered', message: swapped }, 0)
    assert.deepEqual(step.state, { at: 'failed', code: 'ERR_PAIR_MALFORMED' })
    assert.equal(readRequesterData(send.message.associated), undefined)
  })
})

describe('suites', () => {
  test('that the answerer does not have are refused', () => {
    const pairing = begin()
    const associated = withItem(pairing.request.associated, 1, ['another'])
    const ring = startAnswerer(
      { ...pairing.request, associated },
      pairing.channel,
      PAIR_LIMITS,
      at(0),
    )
    const step = answer({ ...pairing, answerer: ring.state })
    assert.deepEqual(step.state, { at: 'failed', code: 'ERR_PAIR_SUITE' })
  })

  test('that were not offered are refused', () => {
    const pairing = begin({ kind: 'name' })
    const { send } = answer(pairing)
    assert.equal(send?.type, 'answer')
    const message = withData(send.message, 1, 'another')
    const step = requesterStep(pairing.requester, { type: 'answered', message }, 0)
    assert.deepEqual(step.state, { at: 'failed', code: 'ERR_PAIR_SUITE' })
  })

  test('offered are in what both ends confirm: a longer list on the way is noticed', () => {
    const pairing = begin({ kind: 'name' })
    const associated = withItem(pairing.request.associated, 1, [SUITE, 'weaker'])
    const ring = startAnswerer(
      { ...pairing.request, associated },
      pairing.channel,
      PAIR_LIMITS,
      at(0),
    )
    const { send } = answer({ ...pairing, answerer: ring.state })
    assert.equal(send?.type, 'answer')
    const step = requesterStep(pairing.requester, { type: 'answered', message: send.message }, 0)
    assert.deepEqual(step.state, { at: 'failed', code: 'ERR_PAIR_MISMATCH' })
  })
})

describe('resume secrets', () => {
  const meet = (
    requesterKnows: readonly Knowledge[],
    answererKnows: readonly Knowledge[],
  ): Pairing => begin({ kind: 'meeting', requesterKnows, answererKnows })

  test('the newest that both have is used', () => {
    const [old, newer, newest] = [resumeSecret(1), resumeSecret(2), resumeSecret(3)]
    for (const [mine, theirs, used] of [
      [[newest, newer], [newest, newer], newest],
      [[newest, newer], [newer, old], newer],
      [[newer, old], [newest, newer], newer],
      [[newer], [newer], newer],
    ] as const) {
      const pairing = meet(mine, theirs)
      assert.deepEqual(
        readRequesterData(pairing.request.associated)?.resume,
        mine.map((known) => known.id),
        'offered newest first',
      )
      const { answer: message, answered, confirming, confirm } = confirmed(pairing)
      assert.deepEqual(item(message.associated, 2), used.id)
      const session = new Uint8Array(16)
      const verdict = { session, confirm: null, code: null }
      const r = requesterStep(confirming, { type: 'verdict', message: verdict }, 0)
      const a = answererStep(answered, { type: 'verdict', message: { ...verdict, confirm } }, 0)
      assert.ok(r.state.at === 'agreed' && a.state.at === 'agreed')
      assert.deepEqual(r.state.keys.root.expose(), a.state.keys.root.expose())
    }
  })

  test('stay as they were: a lost answer does not use them up', () => {
    const known = resumeSecret(7)
    confirmed(meet([known], [known]))
    confirmed(meet([known], [known]))
    assert.equal(known.secret.octets, 32)
  })

  test('that only one has are the end of the contact', () => {
    const step = answer(meet([resumeSecret(1)], [resumeSecret(2)]))
    assert.deepEqual(step.state, { at: 'failed', code: 'ERR_CONTACT_LOST' })
    assert.deepEqual(answer(meet([resumeSecret(1)], [])).state, step.state)
  })

  test('of the same id but other octets convince nobody', () => {
    const known = resumeSecret(1)
    const forged: Knowledge = { ...resumeSecret(2), id: known.id }
    const pairing = meet([known], [forged])
    const { send } = answer(pairing)
    assert.equal(send?.type, 'answer')
    const step = requesterStep(pairing.requester, { type: 'answered', message: send.message }, 0)
    assert.deepEqual(step.state, { at: 'failed', code: 'ERR_CONTACT_LOST' })
  })

  test('cannot be talked away: an answer by passphrase, or by an id not offered, is refused', () => {
    const known = resumeSecret(1)
    for (const id of [new Uint8Array(0), resumeSecret(2).id, known.id.subarray(0, 8)]) {
      const pairing = meet([known], [known])
      const { send } = answer(pairing)
      assert.equal(send?.type, 'answer')
      const message = withData(send.message, 2, id)
      const step = requesterStep(pairing.requester, { type: 'answered', message }, 0)
      assert.deepEqual(step.state, { at: 'failed', code: 'ERR_CONTACT_LOST' })
    }
    const asked = begin({ requesterKnows: [known], answererKnows: WORDS_OF_BOTH })
    assert.deepEqual(answer(asked).state, { at: 'failed', code: 'ERR_CONTACT_LOST' })
  })

  test('an older one cannot be forced by taking the newer off the list', () => {
    const [newer, old] = [resumeSecret(2), resumeSecret(1)]
    const pairing = meet([newer, old], [newer, old])
    const associated = withItem(pairing.request.associated, 2, [old.id])
    const ring = startAnswerer(
      { ...pairing.request, associated },
      pairing.channel,
      PAIR_LIMITS,
      at(0),
    )
    const { send } = answer({ ...pairing, answerer: ring.state })
    assert.equal(send?.type, 'answer')
    const step = requesterStep(pairing.requester, { type: 'answered', message: send.message }, 0)
    assert.deepEqual(step.state, { at: 'failed', code: 'ERR_CONTACT_LOST' })
  })

  test('have ids that differ, and that are not they', () => {
    const ids = [1, 2, 3].map((octet) => hex(resumeIdOf(resumeSecret(octet).secret)))
    assert.equal(new Set(ids).size, 3)
    assert.ok(ids.every((id) => id.length === 32 && !id.includes('0101010101')))
  })
})

test('the same words in another order, case or length are other words', () => {
  for (const words of ['lilac-orbit-tango', 'Tango-orbit-lilac', 'tango-orbit-lila', '']) {
    const pairing = begin({ requesterKnows: [passphrase(words)] })
    const { send } = answer(pairing)
    assert.equal(send?.type, 'answer')
    const step = requesterStep(pairing.requester, { type: 'answered', message: send.message }, 0)
    assert.deepEqual(step.state, { at: 'failed', code: 'ERR_PAIR_REFUSED' })
  }
})

type Change = (request: Pairing['request']) => Pairing['request']

function alteredRequests({ request: { associated } }: Pairing): readonly Change[] {
  return [
    (request) => ({ ...request, sid: flipped(request.sid) }),
    (request) => ({ ...request, share: flipped(request.share, 0) }),
    (request) => ({ ...request, share: flipped(request.share, 30) }),
    ...everySome(associated.length).map((index): Change => (request) => ({
      ...request,
      associated: flipped(request.associated, index),
    })),
  ]
}

/** All positions at the ends, where the fields are many, and every 37th of the long keys between. */
function everySome(length: number): readonly number[] {
  return Array.from({ length }, (_, i) => i).filter(
    (i) => i < 140 || i >= length - 40 || i % 37 === 0,
  )
}

function items(octets: Uint8Array): readonly Value[] {
  const decoded = decodeCbor(octets)
  assert.ok(decoded.ok && Array.isArray(decoded.value))
  return decoded.value as readonly Value[]
}

function item(octets: Uint8Array, index: number): Value | undefined {
  return items(octets)[index]
}

function withItem(octets: Uint8Array, index: number, value: Value): Uint8Array {
  return encodeCbor(items(octets).with(index, value))
}

function withData(message: AnswerMessage, index: number, value: Value): AnswerMessage {
  return { ...message, associated: withItem(message.associated, index, value) }
}

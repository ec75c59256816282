import assert from 'node:assert/strict'
import { test } from 'node:test'
import { utf8 } from '@hufu/protocol/crypto'
import { PAIR_LIMITS } from '@hufu/protocol/pair'
import {
  answer,
  ask,
  check,
  channelAt,
  conclude,
  concludeAnswering,
  concludeAsking,
  confirm,
  open,
  pairBySlot,
  sendRequest,
} from '../../pairing.testing.ts'
import { testServer, type TestServer } from '../../server.testing.ts'
import { testTerminal, type TestTerminal } from '../../terminal.testing.ts'

const { answerMs, answerStepMs, confirmMs, slotLifetimeMs } = PAIR_LIMITS
const words = 'tango-orbit-lilac'

test('two terminals pair by slot and talk', async (t) => {
  const { server, opener, requester } = await both(t)
  const pair = await pairBySlot(opener, requester, server.clock.advance)
  requester.sendData(pair.requesterHandle, utf8('hello'))
  assert.deepEqual(await opener.nextData(), {
    type: 'data',
    session: pair.openerHandle,
    sender: 0,
    payload: utf8('hello'),
  })
  opener.sendData(pair.openerHandle, utf8('to you'))
  assert.deepEqual((await requester.nextData()).sender, 1)
})

test('wrong words: the requester is refused, the opener learns that somebody guessed', async (t) => {
  const { server, opener, requester } = await both(t)
  const channel = channelAt(opener, 'slot', await open(opener, 1))
  const asking = await ask(requester, channel, 'wrong-wrong-wrong', 1)
  await answer(opener, channel, words)
  await opener.settle()
  server.clock.advance(answerStepMs)
  await confirm(requester, asking)
  await concludeAsking(requester, asking)
  assert.deepEqual(asking.state, { at: 'failed', code: 'ERR_PAIR_REFUSED' })
  assert.equal((await opener.next('pair.verdict')).code, 'ERR_PAIR_GUESSED')
})

test('a request that gets no answer in time fails at both ends, not before', async (t) => {
  const { server, opener, requester } = await both(t)
  const channel = channelAt(opener, 'slot', await open(opener, 1))
  await ask(requester, channel, words, 1)
  const ring = await opener.next('pair.ring')
  assert.deepEqual([ring.answerMs, ring.confirmMs], [answerMs, confirmMs])
  await silentFor(server, answerMs - 1, opener, requester)
  await Promise.all([opener.settle(), requester.settle()])
  server.clock.advance(1)
  for (const one of [opener, requester])
    assert.equal((await one.next('pair.verdict')).code, 'ERR_PAIR_ANSWER_LATE')
})

test('a confirmation must come strictly before its limit', async (t) => {
  for (const early of [1, 0]) {
    const { server, opener, requester } = await both(t)
    const channel = channelAt(opener, 'slot', await open(opener, 1))
    const asking = await ask(requester, channel, words, 1)
    const answering = await answer(opener, channel, words)
    await opener.settle()
    server.clock.advance(answerStepMs)
    const sendConfirm = await check(requester, asking)
    await silentFor(server, answerMs + confirmMs - answerStepMs - early, opener, requester)
    sendConfirm()
    await concludeAsking(requester, asking)
    await concludeAnswering(opener, answering)
    const late = { at: 'failed', code: 'ERR_PAIR_CONFIRM_LATE' }
    if (early === 0) assert.deepEqual([asking.state, answering.state], [late, late])
    else assert.deepEqual([asking.state.at, answering.state.at], ['agreed', 'agreed'])
  }
})

test('one attempt burns a slot: a second finds nobody, while the first is under way and after', async (t) => {
  const { server, opener, requester } = await both(t)
  const third = await testTerminal(server.name)
  const channel = channelAt(opener, 'slot', await open(opener, 1))
  const asking = await ask(requester, channel, words, 1)
  const busy = await ask(third, channel, words, 1)
  const answering = await answer(opener, channel, words)
  await opener.settle()
  server.clock.advance(answerStepMs)
  await confirm(third, busy)
  await concludeAsking(third, busy)
  assert.deepEqual(busy.state, { at: 'failed', code: 'ERR_PAIR_REFUSED' })
  await confirm(requester, asking)
  await concludeAsking(requester, asking)
  await concludeAnswering(opener, answering)
  assert.equal(answering.state.at, 'agreed')
  const burned = await ask(third, channel, words, 2)
  server.clock.advance(answerStepMs)
  await confirm(third, burned)
  await concludeAsking(third, burned)
  assert.deepEqual(burned.state, { at: 'failed', code: 'ERR_PAIR_REFUSED' })
})

test('a slot whose opener is away is like no slot, and is still there when it is back', async (t) => {
  const { server, opener, requester } = await both(t)
  const channel = channelAt(opener, 'slot', await open(opener, 1))
  opener.close()
  await opener.closed
  await requester.settle()
  const asking = await ask(requester, channel, words, 1)
  server.clock.advance(answerStepMs)
  await confirm(requester, asking)
  await concludeAsking(requester, asking)
  assert.deepEqual(asking.state, { at: 'failed', code: 'ERR_PAIR_REFUSED' })
  const back = await testTerminal(server.name, opener.key)
  back.send({ type: 'pair.open', ref: 5, again: channel.at })
  assert.equal((await back.next('pair.opened')).slot, channel.at)
  await ask(requester, channel, words, 2)
  assert.equal((await back.next('pair.ring')).ref, 5)
})

test('a slot expires at its time, and its opener is told', async (t) => {
  const { server, opener } = await both(t)
  const slot = await open(opener, 7)
  await silentFor(server, slotLifetimeMs - 1, opener)
  await opener.settle()
  server.clock.advance(1)
  assert.deepEqual(await opener.next('refused'), {
    type: 'refused',
    ref: 7,
    code: 'ERR_PAIR_EXPIRED',
  })
  opener.send({ type: 'pair.open', ref: 8, again: slot })
  assert.equal((await opener.next('refused')).code, 'ERR_PAIR_EXPIRED')
})

test('a slot that is rung in its last moment does not expire under the attempt', async (t) => {
  const { server, opener, requester } = await both(t)
  const channel = channelAt(opener, 'slot', await open(opener, 1))
  await silentFor(server, slotLifetimeMs - 1, opener, requester)
  const asking = await ask(requester, channel, words, 1)
  const answering = await answer(opener, channel, words)
  await opener.settle()
  server.clock.advance(answerStepMs)
  await confirm(requester, asking)
  await conclude(opener, answering, requester, asking)
})

test('after a restart a slot is taken up again, by its opener only, for what is left of it', async (t) => {
  const { server, opener, requester } = await both(t)
  const slot = await open(opener, 1)
  await server.close()
  const next = await testServer(t, { data: server.config.data })
  next.clock.advance(slotLifetimeMs / 4)
  const back = await testTerminal(next.name, opener.key)
  const thief = await testTerminal(next.name, requester.key)
  thief.send({ type: 'pair.open', ref: 1, again: slot })
  assert.equal((await thief.next('refused')).code, 'ERR_PAIR_EXPIRED')
  back.send({ type: 'pair.open', ref: 1, again: slot })
  assert.deepEqual(await back.next('pair.opened'), {
    type: 'pair.opened',
    ref: 1,
    slot,
    lifetimeMs: (slotLifetimeMs * 3) / 4,
  })
  await ask(thief, channelAt(back, 'slot', slot), words, 2)
  await back.next('pair.ring')
})

test('a slot that was taken back, or tried, is not taken up again', async (t) => {
  const { opener, requester } = await both(t)
  const [first, second] = [await open(opener, 1), await open(opener, 2)]
  opener.send({ type: 'pair.withdraw', ref: 1 })
  opener.send({ type: 'pair.open', ref: 3, again: first })
  assert.equal((await opener.next('refused')).code, 'ERR_PAIR_EXPIRED')
  await ask(requester, channelAt(opener, 'slot', second), words, 1)
  await opener.next('pair.ring')
  opener.send({ type: 'pair.open', ref: 4, again: second })
  assert.equal((await opener.next('refused')).code, 'ERR_PAIR_EXPIRED')
})

test('a requester that goes is reported to the opener at once', async (t) => {
  const { opener, requester } = await both(t)
  for (const how of ['withdraws', 'disconnects']) {
    const channel = channelAt(opener, 'slot', await open(opener, 1))
    const asking = await ask(requester, channel, words, 9)
    await opener.next('pair.ring')
    if (how === 'withdraws') requester.send({ type: 'pair.withdraw', ref: asking.ref })
    else requester.close()
    assert.equal((await opener.next('pair.verdict')).code, 'ERR_PAIR_ABANDONED', how)
  }
})

test('an answer is heard from the opener only', async (t) => {
  const { server, opener, requester } = await both(t)
  const channel = channelAt(opener, 'slot', await open(opener, 1))
  const asking = await ask(requester, channel, words, 1)
  const ring = await opener.next('pair.ring')
  const third = await testTerminal(server.name)
  const tag = new Uint8Array(64)
  const share = new Uint8Array(32)
  const { pairing } = ring
  third.send({ type: 'pair.answer', pairing, share, associated: share, tag })
  third.send({ type: 'pair.fail', pairing, reason: 'declined' })
  requester.send({ type: 'pair.answer', pairing, share, associated: share, tag })
  await Promise.all([third.settle(), requester.settle()])
  opener.send({ type: 'pair.answer', pairing, share, associated: utf8('real'), tag })
  await opener.settle()
  server.clock.advance(answerStepMs)
  const answered = await requester.next('pair.answered')
  assert.deepEqual(
    [answered.pairing, answered.associated],
    [asking.requested.pairing, utf8('real')],
  )
})

test('addresses that cannot be are refused, users among them', async (t) => {
  const { requester } = await both(t)
  const bad = [
    { kind: 'user', at: 'somebody' },
    { kind: 'slot', at: '0821' },
    { kind: 'name', at: 'Not Prepared' },
    { kind: 'meeting', at: 'short' },
  ] as const
  for (const [ref, to] of bad.entries()) {
    const [sid, share] = [new Uint8Array(16), new Uint8Array(32)]
    requester.send({ type: 'pair.request', ref, to, sid, share, associated: share })
    const { code } = await requester.next('refused')
    assert.equal(code, 'ERR_PAIR_ADDRESS', to.kind)
  }
})

test('a terminal may have so many requests under way, and so many slots open', async (t) => {
  const settings = { pairRequestsPerConnection: 2, slotsPerSource: 2, guessesPerSource: 99 }
  const server = await testServer(t, settings)
  const one = await testTerminal(server.name)
  for (const ref of [1, 2]) await ask(one, channelAt(one, 'slot', '9999'), words, ref)
  sendRequest(one, channelAt(one, 'slot', '9999'), words, 3)
  assert.equal((await one.next('refused')).code, 'ERR_RATE')
  for (const ref of [4, 5]) await open(one, ref)
  one.send({ type: 'pair.open', ref: 6, again: null })
  assert.equal((await one.next('refused')).code, 'ERR_PAIR_SLOTS')
  one.send({ type: 'pair.withdraw', ref: 5 })
  await open(one, 7)
  one.send({ type: 'pair.open', ref: 7, again: null })
  assert.equal((await one.next('refused')).code, 'ERR_WIRE_UNEXPECTED')
})

test('a number is not given out again while it rests', async (t) => {
  const server = await testServer(t, { slotsPerSource: 9_999 })
  const opener = await testTerminal(server.name)
  const slots = new Set<string>()
  for (let ref = 0; ref < 400; ref += 1) {
    server.clock.advance(100)
    slots.add(await open(opener, ref))
    opener.send({ type: 'pair.withdraw', ref })
  }
  assert.equal(slots.size, 400)
})

interface Both {
  readonly server: TestServer
  readonly opener: TestTerminal
  readonly requester: TestTerminal
}

async function both(t: Parameters<typeof testServer>[0]): Promise<Both> {
  const server = await testServer(t)
  return {
    server,
    opener: await testTerminal(server.name),
    requester: await testTerminal(server.name),
  }
}

/** Moves the clock on in steps that keep every connection alive; nothing but pongs may come. */
async function silentFor(
  server: TestServer,
  ms: number,
  ...terminals: readonly TestTerminal[]
): Promise<void> {
  for (let left = ms; left > 0;) {
    const step = Math.min(left, server.config.deadAfterMs / 2)
    server.clock.advance(step)
    left -= step
    // at the end of it something may be due
    if (left > 0) for (const terminal of terminals) await terminal.settle()
  }
}

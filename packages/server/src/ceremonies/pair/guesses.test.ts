import assert from 'node:assert/strict'
import { test } from 'node:test'
import { random } from '@hufu/protocol/crypto'
import { PAIR_LIMITS } from '@hufu/protocol/pair'
import { decodeCbor } from '@hufu/protocol/wire'
import {
  answer,
  ask,
  channelAt,
  concludeAnswering,
  open,
  pairBySlot,
  sendRequest,
} from '../../pairing.testing.ts'
import type { ServerMessage } from '../../messages.ts'
import { testServer, type TestServer } from '../../server.testing.ts'
import { testTerminal, type TestTerminal } from '../../terminal.testing.ts'

const { answerStepMs } = PAIR_LIMITS
const words = 'tango-orbit-lilac'
const patient = { deadAfterMs: 1e9 }

test('guesses from one source are throttled, over a restart, until they are old', async (t) => {
  const settings = { ...patient, guessesPerSource: 3 }
  const server = await testServer(t, settings)
  await guessUntilThrottled(server, 3)
  await server.close()
  const next = await testServer(t, { ...settings, data: server.config.data })
  next.clock.advance(server.config.guessesPerSourceMs - 1)
  await guessUntilThrottled(next, 0)
  next.clock.advance(1)
  await guessUntilThrottled(next, 3)
})

test('guesses at one name are throttled, whether or not anybody has it', async (t) => {
  const settings = { ...patient, guessesPerName: 2, guessesPerSource: 99 }
  const server = await testServer(t, settings)
  const [listener, requester] = [await testTerminal(server.name), await testTerminal(server.name)]
  listener.send({ type: 'pair.claim', ref: 1, name: 'known' })
  await listener.next('pair.claimed')
  for (const name of ['known', 'unknown']) {
    const channel = channelAt(requester, 'name', name)
    for (const ref of [1, 2]) await ask(requester, channel, words, ref)
    sendRequest(requester, channel, words, 3)
    assert.deepEqual(await requester.next('refused'), {
      type: 'refused',
      ref: 3,
      code: 'ERR_PAIR_THROTTLED',
    })
  }
  await listener.next('pair.ring')
  await listener.settle()
})

test('an attempt that stands is no guess', async (t) => {
  const server = await testServer(t, { ...patient, guessesPerSource: 2 })
  const [opener, requester] = [await testTerminal(server.name), await testTerminal(server.name)]
  for (let ref = 1; ref <= 6; ref += 1) {
    await pairBySlot(opener, requester, server.clock.advance, ref)
    await opener.settle()
  }
  await guessUntilThrottled(server, 2)
})

test('a made-up answer comes when real ones come, and looks like one', async (t) => {
  const server = await testServer(t, patient)
  const [opener, requester] = [await testTerminal(server.name), await testTerminal(server.name)]
  const known = new Set<number>()
  for (const elapsed of [0, answerStepMs * 2 + 1]) {
    const channel = channelAt(opener, 'slot', await open(opener, 1))
    await ask(requester, channel, words, 1)
    server.clock.advance(elapsed)
    await answer(opener, channel, words)
    await opener.settle()
    const steps = Math.floor(elapsed / answerStepMs) + 1
    server.clock.advance(steps * answerStepMs - elapsed - 1)
    await requester.settle()
    server.clock.advance(1)
    const real = await requester.next('pair.answered')
    requester.send({ type: 'pair.fail', pairing: real.pairing, reason: 'mismatch' })
    assert.equal((await requester.next('pair.verdict')).code, 'ERR_PAIR_REFUSED')
    await opener.next('pair.verdict')

    const times = await releaseTimes(server, requester, 8)
    known.add(steps * answerStepMs)
    for (const { ms } of times) assert.ok(known.has(ms), `${ms} ms is no time that a real one took`)
    for (const { answered } of times) {
      assert.deepEqual(shapeOf(answered), shapeOf(real))
      assert.notDeepEqual(answered.tag, real.tag)
    }
  }
})

test('who confirms without the words sees the same, whether or not there is a slot', async (t) => {
  const server = await testServer(t, patient)
  const [opener, requester] = [await testTerminal(server.name), await testTerminal(server.name)]
  const slot = await open(opener, 1)
  const real = channelAt(opener, 'slot', slot)
  const unreal = channelAt(opener, 'slot', slot === '9999' ? '9998' : '9999')
  const seen: unknown[] = []
  for (const [ref, channel] of [real, unreal].entries()) {
    const { requested } = await ask(requester, channel, words, ref)
    const answering = ref === 0 ? await answer(opener, channel, words) : undefined
    await opener.settle()
    server.clock.advance(answerStepMs)
    const { pairing } = await requester.next('pair.answered')
    assert.deepEqual(pairing, requested.pairing)
    requester.send({ type: 'pair.confirm', pairing, tag: random(64), opening: random(32) })
    const verdict = await requester.next('pair.verdict')
    const entered = await requester.next('session.entered')
    const presence = await requester.next('session.presence')
    requester.sendData(entered.handle, random(100))
    if (answering !== undefined) {
      await concludeAnswering(opener, answering)
      assert.deepEqual(answering.state, { at: 'failed', code: 'ERR_PAIR_GUESSED' })
      await opener.next('session.entered')
      await opener.next('session.presence')
      await opener.nextData()
      await opener.settle()
    }
    const start = server.clock.now()
    let ended = false
    const end = requester.next('session.ended').finally(() => (ended = true))
    for (let i = 0; i < 100 && !ended; i += 1) {
      server.clock.advance(answerStepMs / 10)
      await new Promise((resolve) => setTimeout(resolve, 2))
    }
    const { code, session } = await end
    assert.ok(server.clock.now() - start >= answerStepMs)
    assert.deepEqual(session, entered.session)
    const { index } = entered
    seen.push([verdict.code, verdict.confirm, verdict.session?.length, index, presence.index, code])
  }
  assert.deepEqual(seen[1], seen[0])
})

type Answered = Extract<ServerMessage, { readonly type: 'pair.answered' }>

interface Released {
  /** Milliseconds between the request and its answer. */
  readonly ms: number
  readonly answered: Answered
}

/** Requests at a slot that is not there, and when the answers come. */
async function releaseTimes(
  server: TestServer,
  terminal: TestTerminal,
  count: number,
): Promise<readonly Released[]> {
  const released: Released[] = []
  const channel = channelAt(terminal, 'slot', '999999999')
  for (let ref = 100; ref < 100 + count; ref += 1) {
    const { requested } = await ask(terminal, channel, words, ref)
    const start = server.clock.now()
    while (released.length < ref - 99) {
      server.clock.advance(answerStepMs / 2)
      terminal.send({ type: 'ping', count: 0 })
      for (let item = await terminal.any(); item.type !== 'pong'; item = await terminal.any()) {
        assert.equal(item.type, 'pair.answered')
        released.push({ ms: server.clock.now() - start, answered: item })
      }
    }
    terminal.send({ type: 'pair.fail', pairing: requested.pairing, reason: 'mismatch' })
    await terminal.next('pair.verdict')
  }
  return released
}

/** Everything of an answer that is not random. */
function shapeOf(answered: Answered): unknown {
  const data = decodeCbor(answered.associated)
  assert.ok(data.ok && Array.isArray(data.value))
  const fields = data.value.map((field: unknown) =>
    field instanceof Uint8Array ? field.length : field,
  )
  return [answered.share.length, answered.tag.length, fields]
}

async function guessUntilThrottled(server: TestServer, allowed: number): Promise<void> {
  const terminal = await testTerminal(server.name)
  const channel = channelAt(terminal, 'slot', '999999999')
  for (let ref = 0; ref < allowed; ref += 1) await ask(terminal, channel, words, ref)
  sendRequest(terminal, channel, words, allowed)
  assert.deepEqual(await terminal.next('refused'), {
    type: 'refused',
    ref: allowed,
    code: 'ERR_PAIR_THROTTLED',
  })
}

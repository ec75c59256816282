import assert from 'node:assert/strict'
import { test } from 'node:test'
import { base64url, random } from '@hufu/protocol/crypto'
import { PAIR_LIMITS } from '@hufu/protocol/pair'
import { controlFrame } from '@hufu/protocol/wire'
import { terminalMessages } from '../../messages.ts'
import { answer, ask, channelAt, conclude, confirm } from '../../pairing.testing.ts'
import { testServer } from '../../server.testing.ts'
import { testTerminal, type TestTerminal } from '../../terminal.testing.ts'

const { answerByNameMs, answerMs, answerStepMs } = PAIR_LIMITS
const words = 'a passphrase of theirs'
/** No silence ends a connection in tests that wait for long. */
const patient = { deadAfterMs: 1e9, guessesPerSource: 99 }

test('a name rings where it was claimed, again and again', async (t) => {
  const server = await testServer(t, patient)
  const [listener, requester] = [await testTerminal(server.name), await testTerminal(server.name)]
  await claim(listener, 1, 'workshop')
  const channel = channelAt(listener, 'name', 'workshop')
  for (const ref of [1, 2]) {
    const asking = await ask(requester, channel, words, ref)
    assert.equal(asking.requested.answerMs, answerByNameMs)
    const answering = await answer(listener, channel, words)
    assert.deepEqual([answering.ring.ref, answering.ring.answerMs], [1, answerByNameMs])
    await listener.settle()
    server.clock.advance(answerStepMs)
    await confirm(requester, asking)
    await conclude(listener, answering, requester, asking)
  }
})

test('a name is its claimer’s, renewed by use, and free after its lifetime', async (t) => {
  const server = await testServer(t, { ...patient, nameLifetimeMs: 1_000 })
  const [mine, theirs] = [await testTerminal(server.name), await testTerminal(server.name)]
  await claim(mine, 1, 'workshop')
  theirs.send({ type: 'pair.claim', ref: 1, name: 'workshop' })
  assert.equal((await theirs.next('refused')).code, 'ERR_PAIR_NAME_TAKEN')
  server.clock.advance(900)
  await claim(mine, 2, 'workshop')
  server.clock.advance(900)
  theirs.send({ type: 'pair.claim', ref: 2, name: 'workshop' })
  assert.equal((await theirs.next('refused')).code, 'ERR_PAIR_NAME_TAKEN')
  server.clock.advance(100)
  await claim(theirs, 3, 'workshop')
})

test('a name that rings here is in use, however long ago it was claimed', async (t) => {
  const server = await testServer(t, { ...patient, nameLifetimeMs: 3_600_000 })
  const [mine, theirs] = [await testTerminal(server.name), await testTerminal(server.name)]
  await claim(mine, 1, 'workshop')
  for (let i = 0; i < 5; i += 1) {
    server.clock.advance(1_800_000)
    theirs.send({ type: 'pair.claim', ref: i, name: 'workshop' })
    assert.equal((await theirs.next('refused')).code, 'ERR_PAIR_NAME_TAKEN')
  }
})

test('a name whose claimer is gone before it is claimed is not in use for ever', async (t) => {
  const server = await testServer(t, { ...patient, nameLifetimeMs: 3_600_000 })
  const [mine, theirs] = [await testTerminal(server.name), await testTerminal(server.name)]
  const claiming = terminalMessages.encode({ type: 'pair.claim', ref: 1, name: 'workshop' })
  mine.sendRaw(Buffer.concat([controlFrame(claiming), controlFrame(Uint8Array.of(0xff))]))
  await mine.closed
  theirs.send({ type: 'pair.claim', ref: 1, name: 'workshop' })
  assert.equal((await theirs.next('refused')).code, 'ERR_PAIR_NAME_TAKEN')
  for (let i = 0; i < 5; i += 1) {
    server.clock.advance(720_000)
    // what a sweep has to do is done before this is answered
    theirs.send({ type: 'pair.claim', ref: i, name: 'office' })
    await theirs.any()
  }
  await claim(theirs, 9, 'workshop')
})

test('a name outlives a restart, and rings when it is claimed again', async (t) => {
  const server = await testServer(t, patient)
  const mine = await testTerminal(server.name)
  await claim(mine, 1, 'workshop')
  await server.close()
  const next = await testServer(t, { ...patient, data: server.config.data })
  const [back, other] = [await testTerminal(next.name, mine.key), await testTerminal(next.name)]
  other.send({ type: 'pair.claim', ref: 1, name: 'workshop' })
  assert.equal((await other.next('refused')).code, 'ERR_PAIR_NAME_TAKEN')
  await claim(back, 1, 'workshop')
  await ask(other, channelAt(other, 'name', 'workshop'), words, 2)
  await back.next('pair.ring')
})

test('bad names, and one too many, are refused', async (t) => {
  const server = await testServer(t, { namesPerTerminal: 2 })
  const terminal = await testTerminal(server.name)
  for (const name of ['', 'Workshop', ' workshop', 'work\u0000shop', 'e\u0301']) {
    terminal.send({ type: 'pair.claim', ref: 1, name })
    assert.equal((await terminal.next('refused')).code, 'ERR_PAIR_NAME', JSON.stringify(name))
  }
  await claim(terminal, 1, 'one')
  await claim(terminal, 2, '两')
  terminal.send({ type: 'pair.claim', ref: 3, name: 'three' })
  assert.equal((await terminal.next('refused')).code, 'ERR_PAIR_SLOTS')
})

test('by name, unknown, absent, busy and declined all end alike at the deadline', async (t) => {
  const server = await testServer(t, patient)
  const [listener, requester] = [await testTerminal(server.name), await testTerminal(server.name)]
  const [absent, busy] = [await testTerminal(server.name), await testTerminal(server.name)]
  await claim(listener, 1, 'declines')
  await claim(absent, 1, 'absent')
  await claim(busy, 1, 'busy')
  absent.close()
  await absent.closed
  const other = await testTerminal(server.name)
  await ask(other, channelAt(other, 'name', 'busy'), words, 1)
  await busy.next('pair.ring')
  const names = ['unknown', 'absent', 'busy', 'declines']
  for (const [ref, name] of names.entries())
    await ask(requester, channelAt(requester, 'name', name), words, ref)
  const { pairing } = await listener.next('pair.ring')
  listener.send({ type: 'pair.fail', pairing, reason: 'declined' })
  await listener.settle()
  server.clock.advance(answerByNameMs - 1)
  await requester.settle()
  server.clock.advance(1)
  for (const _ of names)
    assert.equal((await requester.next('pair.verdict')).code, 'ERR_PAIR_NO_ANSWER')
  await ask(requester, channelAt(requester, 'name', 'declines'), words, 9)
  await listener.next('pair.ring')
})

test('of two that know each other the first waits and the second rings it', async (t) => {
  const server = await testServer(t, patient)
  const [first, second] = [await testTerminal(server.name), await testTerminal(server.name)]
  const meeting = random(16)
  assert.equal(await meet(first, 1, meeting), 'first')
  assert.equal(await meet(first, 2, meeting), 'first')
  assert.equal(await meet(second, 1, meeting), 'second')
  const channel = channelAt(first, 'meeting', base64url(meeting))
  const asking = await ask(second, channel, words, 2)
  const answering = await answer(first, channel, words)
  assert.deepEqual([answering.ring.ref, answering.ring.answerMs], [2, answerMs])
  await first.settle()
  server.clock.advance(answerStepMs)
  await confirm(second, asking)
  await conclude(first, answering, second, asking)
  assert.equal(await meet(second, 3, meeting), 'first', 'that meeting is over')
})

test('a first that has gone is no longer first', async (t) => {
  const server = await testServer(t, patient)
  const [first, second] = [await testTerminal(server.name), await testTerminal(server.name)]
  const meeting = random(16)
  await meet(first, 1, meeting)
  first.close()
  await first.closed
  await second.settle()
  assert.equal(await meet(second, 1, meeting), 'first')
  second.send({ type: 'pair.withdraw', ref: 1 })
  const third = await testTerminal(server.name)
  assert.equal(await meet(third, 1, meeting), 'first')
})

async function claim(terminal: TestTerminal, ref: number, name: string): Promise<void> {
  terminal.send({ type: 'pair.claim', ref, name })
  assert.equal((await terminal.next('pair.claimed')).ref, ref)
}

async function meet(terminal: TestTerminal, ref: number, meeting: Uint8Array): Promise<string> {
  terminal.send({ type: 'pair.meet', ref, meeting, stay: false })
  const met = await terminal.next('pair.met')
  assert.equal(met.ref, ref)
  return met.role
}

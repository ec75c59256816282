import assert from 'node:assert/strict'
import { test } from 'node:test'
import { random, utf8 } from '@hufu/protocol/crypto'
import { terminalIdOf, toMember, dataFrame } from '@hufu/protocol/wire'
import { codeOf } from '../../signin.testing.ts'
import { testTerminal } from '../../terminal.testing.ts'
import {
  answer,
  at,
  bundleOf,
  handleOf,
  join,
  people,
  place,
  placing,
  ringing,
  until,
  type Person,
} from './people.testing.ts'

test('a call of three: rung, joined under the same index in both sessions, and a frame for one', async (t) => {
  const { house, ann, others } = await people(t, ['bob', 'cy'])
  const [bob, cy] = others as [Person, Person]
  const { call, placed } = await place(ann, ['bob@localhost', 'cy@localhost', 'nobody@localhost'])
  const [toBob, toCy] = [await ringing(bob), await ringing(cy)]
  assert.deepEqual([toBob.from, toBob.challenge], ['ann@localhost', null])
  const second = await join(house, cy, toCy)
  assert.equal((await until(ann.terminal, 'call.joining')).index, 1)
  const first = await join(house, bob, toBob)
  assert.deepEqual([second.joined.index, first.joined.index], [1, 2])
  assert.deepEqual(first.joined.media, placed.media)
  const media = await testTerminal(house.name, first.mediaKey)
  media.send({ type: 'session.enter', session: placed.media })
  assert.equal((await media.next('session.entered')).index, 2)
  const handle = await handleOf(bob.terminal)
  bob.terminal.sendRaw(dataFrame(handle, toMember(0), utf8('for the host')))
  const frame = await until(ann.terminal, 'data')
  assert.deepEqual([frame.sender, frame.payload], [2, utf8('for the host')])
  house.clock.advance(45_000)
  const declined = await until(ann.terminal, 'call.declined')
  assert.deepEqual([declined.user, declined.code], ['nobody@localhost', 'ERR_CALL_NO_ANSWER'])
  ann.terminal.send({ type: 'call.end', ref: 9, call })
  assert.equal((await until(bob.terminal, 'call.over')).code, 'ERR_CALL_ENDED')
  assert.equal((await until(cy.terminal, 'call.over')).code, 'ERR_CALL_ENDED')
})

test('who declines is named to the host, at every terminal of theirs, and the call goes on', async (t) => {
  const { house, ann, others } = await people(t, ['bob', 'cy'])
  const [bob, cy] = others as [Person, Person]
  const second = await at(house, bob.key)
  const { call } = await place(ann, ['bob@localhost', 'cy@localhost'])
  await ringing(bob)
  await ringing(second)
  bob.terminal.send({ type: 'call.decline', call })
  const declined = await until(ann.terminal, 'call.declined')
  assert.deepEqual([declined.user, declined.code], ['bob@localhost', 'ERR_CALL_DECLINED'])
  assert.equal((await second.terminal.next('call.stop')).code, 'ERR_CALL_ELSEWHERE')
  assert.equal((await join(house, cy, await ringing(cy))).joined.index, 1)
  const late = await bundleOf(house, second, { call, from: 'ann@localhost', r1: random(32) })
  second.terminal.send({ type: 'call.accept', ref: 1, call, bundle: late.bundle, check: null })
  assert.equal(codeOf((await second.terminal.any()) as never), 'ERR_CALL_UNKNOWN')
})

test('who is busy at every terminal is named to the host once, and may still answer', async (t) => {
  const { house, ann, others } = await people(t, ['bob', 'cy'])
  const [bob, cy] = others as [Person, Person]
  const second = await at(house, bob.key)
  const { call } = await place(ann, ['bob@localhost', 'cy@localhost'])
  const ring = await ringing(bob)
  await ringing(second)
  await ringing(cy)
  bob.terminal.send({ type: 'call.busy', call })
  bob.terminal.send({ type: 'call.busy', call })
  // one of bob's is free, so cy is the first that ann hears of
  cy.terminal.send({ type: 'call.busy', call })
  assert.equal((await until(ann.terminal, 'call.engaged')).user, 'cy@localhost')
  second.terminal.send({ type: 'call.busy', call })
  assert.equal((await until(ann.terminal, 'call.engaged')).user, 'bob@localhost')
  second.terminal.send({ type: 'call.busy', call })
  assert.equal((await join(house, bob, ring)).joined.index, 1)
  cy.terminal.send({ type: 'call.decline', call })
  const heard: string[] = []
  while (heard.at(-1) !== 'call.declined') heard.push((await ann.terminal.any()).type)
  assert.ok(heard.includes('call.joining'))
  assert.ok(!heard.includes('call.engaged'), 'once each')
})

test('nobody is busy in a call that does not ring there', async (t) => {
  const { ann, others } = await people(t, ['bob', 'cy'])
  const [bob, cy] = others as [Person, Person]
  const { call } = await place(ann, ['bob@localhost'])
  await ringing(bob)
  cy.terminal.send({ type: 'call.busy', call })
  bob.terminal.send({ type: 'call.decline', call })
  bob.terminal.send({ type: 'call.busy', call })
  assert.equal((await ann.terminal.any()).type, 'call.declined')
  ann.terminal.send({ type: 'call.end', ref: 9, call })
  assert.notEqual((await ann.terminal.any()).type, 'call.engaged')
})

test('of two terminals of one user the first takes the call', async (t) => {
  const { house, ann, others } = await people(t, ['bob'])
  const [bob] = others as [Person]
  const second = await at(house, bob.key)
  await place(ann, ['bob@localhost'])
  const [one, two] = [await ringing(bob), await ringing(second)]
  await join(house, second, two)
  assert.equal((await bob.terminal.next('call.stop')).code, 'ERR_CALL_ELSEWHERE')
  const { bundle } = await bundleOf(house, bob, one)
  bob.terminal.send({ type: 'call.accept', ref: 1, call: one.call, bundle, check: null })
  assert.equal(codeOf((await bob.terminal.any()) as never), 'ERR_CALL_UNKNOWN')
})

test('where the server checks, only the KEY of whoever calls, and of whoever answers, goes on (A8)', async (t) => {
  const { house, ann, others } = await people(t, ['bob'])
  const [bob] = others as [Person]
  const call = random(16)
  const message = placing(ann, call, ['bob@localhost'])
  ann.terminal.send({ ...message, checkInitiator: true, checkMembers: true })
  const { challenge } = await ann.terminal.next('call.check')
  const wrong = { nonce: random(32), signature: random(64) }
  ann.terminal.send({ type: 'call.check-answer', ref: 1, call, check: wrong })
  assert.equal((await ann.terminal.next('refused')).code, 'ERR_CALL_CHECK')
  const spent = await answer(house, ann, { role: 'initiator', call, challenge })
  ann.terminal.send({ type: 'call.check-answer', ref: 1, call, check: spent })
  assert.equal((await ann.terminal.next('refused')).code, 'ERR_CALL_CHECK')
  ann.terminal.send({ ...message, checkInitiator: true, checkMembers: true })
  const again = await ann.terminal.next('call.check')
  const check = await answer(house, ann, { role: 'initiator', call, challenge: again.challenge })
  ann.terminal.send({ type: 'call.check-answer', ref: 1, call, check })
  await ann.terminal.next('call.placed')
  const ring = await ringing(bob)
  assert.ok(ring.challenge !== null)
  const { bundle } = await bundleOf(house, bob, ring)
  bob.terminal.send({ type: 'call.accept', ref: 1, call, bundle, check: null })
  assert.equal((await bob.terminal.next('refused')).code, 'ERR_CALL_CHECK')
  const good = await answer(house, bob, { role: 'member', call, challenge: ring.challenge })
  bob.terminal.send({ type: 'call.accept', ref: 1, call, bundle, check: good })
  assert.equal((await bob.terminal.next('call.joined')).index, 1)
})

test('only the host rings, removes and ends; whoever is out is out', async (t) => {
  const { house, ann, others } = await people(t, ['bob', 'cy'])
  const [bob, cy] = others as [Person, Person]
  const { call } = await place(ann, ['bob@localhost'])
  await join(house, bob, await ringing(bob))
  await handleOf(bob.terminal)
  await bob.terminal.settle().catch(() => undefined)
  cy.terminal.send({ type: 'call.end', ref: 5, call })
  assert.equal((await cy.terminal.next('refused')).code, 'ERR_CALL_UNKNOWN')
  bob.terminal.send({ type: 'call.end', ref: 5, call })
  assert.equal((await until(bob.terminal, 'refused')).code, 'ERR_CALL_HOST')
  bob.terminal.send({ type: 'call.hosts', ref: 6, call, index: 1, epoch: 7 })
  assert.equal((await until(bob.terminal, 'refused')).code, 'ERR_CALL_HOST')
  ann.terminal.send({ type: 'call.remove', ref: 7, call, index: 1 })
  assert.equal((await until(bob.terminal, 'session.ended')).code, 'ERR_CALL_REMOVED')
  bob.terminal.send({ type: 'call.leave', call })
  bob.terminal.send({ type: 'call.end', ref: 8, call })
  assert.equal((await until(bob.terminal, 'refused')).code, 'ERR_CALL_UNKNOWN')
})

test('who is in the call is not rung again: whoever asks hears so at once', async (t) => {
  const { house, ann, others } = await people(t, ['bob'])
  const [bob] = others as [Person]
  const { call } = await place(ann, ['bob@localhost'])
  await join(house, bob, await ringing(bob))
  await until(ann.terminal, 'call.joining')
  const { r1, certificates } = placing(ann, call, [])
  const invite = { type: 'call.invite', call, users: ['bob@localhost'], r1, certificates } as const
  ann.terminal.send({ ...invite, ref: 5 })
  const declined = await until(ann.terminal, 'call.declined')
  assert.deepEqual([declined.user, declined.code], ['bob@localhost', 'ERR_CALL_SEAT'])
  // once its seat is given up, it rings
  ann.terminal.send({ type: 'call.remove', ref: 6, call, index: 1 })
  ann.terminal.send({ ...invite, ref: 7 })
  const ring = await until(bob.terminal, 'call.ring')
  assert.equal((await join(house, bob, ring)).joined.index, 2)
})

test('who is rung is rung no longer once another hosts: it would answer to the one before', async (t) => {
  const { house, ann, others } = await people(t, ['bob', 'cy'])
  const [bob, cy] = others as [Person, Person]
  const { call } = await place(ann, ['bob@localhost', 'cy@localhost'])
  await join(house, bob, await ringing(bob))
  const ring = await ringing(cy)
  ann.terminal.send({ type: 'call.hosts', ref: 5, call, index: 0, epoch: 2 })
  ann.terminal.send({ type: 'call.hosts', ref: 6, call, index: 1, epoch: 3 })
  assert.equal((await cy.terminal.next('call.stop')).code, 'ERR_CALL_WITHDRAWN')
  const { bundle } = await bundleOf(house, cy, ring)
  cy.terminal.send({ type: 'call.accept', ref: 1, call, bundle, check: null })
  assert.equal((await cy.terminal.next('refused')).code, 'ERR_CALL_UNKNOWN')
})

test('a second connection that is somebody else’s does not pass for one’s own', async (t) => {
  const { house, ann, others } = await people(t, ['bob', 'cy'])
  const [bob, cy] = others as [Person, Person]
  const { call } = await place(ann, ['bob@localhost', 'cy@localhost'])
  const taken = await join(house, bob, await ringing(bob))
  const ring = await ringing(cy)
  const { bundle } = await bundleOf(house, cy, ring)
  const theirs = [terminalIdOf(taken.mediaKey.publicKey), ann.terminal.terminal]
  for (const media of [...theirs, cy.terminal.terminal]) {
    cy.terminal.send({
      type: 'call.accept',
      ref: 1,
      call,
      bundle: { ...bundle, media },
      check: null,
    })
    assert.equal((await cy.terminal.next('refused')).code, 'ERR_CALL_SEAT')
  }
  cy.terminal.send({ type: 'call.accept', ref: 1, call, bundle, check: null })
  assert.equal((await cy.terminal.next('call.joined')).index, 2)
})

test('no more members, nor calls of one user, than may be; no call twice', async (t) => {
  const { ann } = await people(t, [], { membersPerCall: 3, callsPerUser: 1 })
  const refused = async (users: readonly string[], call = random(16)): Promise<string> => {
    ann.terminal.send(placing(ann, call, users))
    return (await until(ann.terminal, 'refused')).code
  }
  assert.equal(await refused(['a@localhost', 'b@localhost', 'c@localhost']), 'ERR_CALL_LIMIT')
  await place(ann, ['a@localhost'])
  assert.equal(await refused(['a@localhost']), 'ERR_CALL_BUSY')
})

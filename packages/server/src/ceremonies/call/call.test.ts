import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { checkStatement, joinStatement, type Bundle } from '@hufu/protocol/call'
import { ed25519, random, utf8, xwing } from '@hufu/protocol/crypto'
import type { SecurityKey } from '@hufu/protocol/identity'
import { terminalIdOf, toMember, dataFrame } from '@hufu/protocol/wire'
import type { Config } from '../../config.ts'
import { codeOf, signIn, testHouse, type TestHouse } from '../../signin.testing.ts'
import { testTerminal, type TestTerminal } from '../../terminal.testing.ts'

type Named<T extends string> = Extract<Awaited<ReturnType<TestTerminal['any']>>, { type: T }>

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

test('a second connection that is somebody else’s does not pass for one’s own', async (t) => {
  const { house, ann, others } = await people(t, ['bob', 'cy'])
  const [bob, cy] = others as [Person, Person]
  const { call } = await place(ann, ['bob@localhost', 'cy@localhost'])
  const taken = await join(house, bob, await ringing(bob))
  const ring = await ringing(cy)
  const { bundle } = await bundleOf(house, cy, ring)
  for (const media of [terminalIdOf(taken.mediaKey.publicKey), cy.terminal.terminal]) {
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

interface Person {
  readonly terminal: TestTerminal
  readonly key: SecurityKey
}

/** Ann, and others who wait to be rung. */
async function people(
  t: TestContext,
  names: readonly string[],
  settings: Partial<Config> = {},
): Promise<{ house: TestHouse; ann: Person; others: readonly Person[] }> {
  const house = await testHouse(t, settings)
  const ann = await at(house, await house.keyOf('ann'))
  const others = []
  for (const name of names) others.push(await at(house, await house.keyOf(name)))
  return { house, ann, others }
}

/** A terminal where the key's user is signed in, and rings. */
async function at(house: TestHouse, key: SecurityKey): Promise<Person> {
  const terminal = await house.terminal()
  await signIn(house, terminal, key)
  terminal.send({ type: 'pair.attend', ref: 77 })
  await terminal.next('pair.attending')
  return { terminal, key }
}

function placing(
  { key }: Person,
  call: Uint8Array,
  users: readonly string[],
): Parameters<TestTerminal['send']>[0] & { type: 'call.place' } {
  const { certificates } = key
  const checks = { checkInitiator: false, checkMembers: false }
  const media = terminalIdOf(ed25519.generate(random).publicKey)
  return { type: 'call.place', ref: 1, call, users, r1: random(32), certificates, media, ...checks }
}

async function place(
  ann: Person,
  users: readonly string[],
): Promise<{ call: Uint8Array; placed: Named<'call.placed'> }> {
  const call = random(16)
  ann.terminal.send(placing(ann, call, users))
  const placed = await ann.terminal.next('call.placed')
  await ann.terminal.next('session.entered')
  return { call, placed }
}

function ringing({ terminal }: Person): Promise<Named<'call.ring'>> {
  return terminal.next('call.ring')
}

async function bundleOf(
  house: TestHouse,
  { key, terminal }: Person,
  { call, from: host, r1 }: Pick<Named<'call.ring'>, 'call' | 'from' | 'r1'>,
): Promise<{ bundle: Bundle; mediaKey: ReturnType<typeof ed25519.generate> }> {
  const mediaKey = ed25519.generate(random)
  const unsigned = {
    user: key.user,
    certificates: key.certificates,
    terminal: terminal.terminal,
    host,
    r1,
    r2: random(32),
    signing: ed25519.generate(random).publicKey,
    sealing: xwing.generate(random).publicKey,
    media: terminalIdOf(mediaKey.publicKey),
  }
  const signature = await key.sign(joinStatement({ call, server: house.name }, unsigned))
  return { bundle: { ...unsigned, signature }, mediaKey }
}

async function join(
  house: TestHouse,
  person: Person,
  ring: Named<'call.ring'>,
): Promise<{
  joined: Named<'call.joined'>
  mediaKey: ReturnType<typeof ed25519.generate>
}> {
  const { call } = ring
  const { bundle, mediaKey } = await bundleOf(house, person, ring)
  person.terminal.send({ type: 'call.accept', ref: 1, call, bundle, check: null })
  return { joined: await person.terminal.next('call.joined'), mediaKey }
}

async function answer(
  house: TestHouse,
  { key, terminal }: Person,
  what: { role: 'initiator' | 'member'; call: Uint8Array; challenge: Uint8Array },
): Promise<{ nonce: Uint8Array; signature: Uint8Array }> {
  const { role, call, challenge } = what
  const nonce = random(32)
  const by = { role, user: key.user, certificates: key.certificates, terminal: terminal.terminal }
  const statement = checkStatement({ call, server: house.name }, by, challenge, nonce)
  return { nonce, signature: await key.sign(statement) }
}

async function handleOf(terminal: TestTerminal): Promise<number> {
  return (await until(terminal, 'session.entered')).handle
}

/** The next of this kind; what comes before it is of no interest. */
async function until<T extends string>(terminal: TestTerminal, type: T): Promise<Named<T>> {
  for (;;) {
    const item = await terminal.any()
    if (item.type === type) return item as Named<T>
  }
}

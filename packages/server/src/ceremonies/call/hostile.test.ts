import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ed25519, hex, random, utf8 } from '@hufu/protocol/crypto'
import { controlFrame, dataFrame, toMember } from '@hufu/protocol/wire'
import { terminalMessages } from '../../messages.ts'
import { nameOf, type TestHouse } from '../../signin.testing.ts'
import { testTerminal, type DataIn, type TestTerminal } from '../../terminal.testing.ts'
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

/*
 * Somebody at a socket who does what our terminals do not.
 */

test('floods of every kind cut off their own connection, and the call goes on', async (t) => {
  const { house, ann, others } = await people(t, ['bob', 'mal'])
  const [bob, mal] = others as [Person, Person]
  const { call } = await place(ann, ['bob@localhost'])
  await join(house, bob, await ringing(bob))
  const { r1, certificates } = placing(mal, call, [])
  const { bundle } = await bundleOf(house, mal, { call, from: 'ann@localhost', r1 })
  const kinds = [
    placing(mal, random(16), ['bob@localhost']),
    { type: 'call.invite', ref: 1, call, users: ['bob@localhost'], r1, certificates },
    { type: 'call.accept', ref: 1, call, bundle, check: null },
    { type: 'call.withdraw', ref: 1, call, user: 'bob@localhost' },
    { type: 'call.busy', call },
    { type: 'call.decline', call },
    { type: 'call.leave', call },
    { type: 'call.hosts', ref: 1, call, index: 0, epoch: 1 },
  ] as const
  for (const kind of kinds) {
    const flooder = await testTerminal(house.name, mal.terminal.key)
    const frame = controlFrame(terminalMessages.encode(kind))
    flooder.sendRaw(Buffer.concat(Array<Uint8Array>(260).fill(frame)))
    assert.equal((await until(flooder, 'ended')).code, 'ERR_RATE', kind.type)
    await flooder.closed
  }
  assert.deepEqual(await sizes(house, call), [2, 0])
  bob.terminal.send({ type: 'ping', count: 1 })
  await until(bob.terminal, 'pong')
})

test('a call is joined once, by whom it rings, while it does', async (t) => {
  const { house, ann, others } = await people(t, ['bob', 'mal'])
  const [bob, mal] = others as [Person, Person]
  const { call } = await place(ann, ['bob@localhost'])
  const accept = async (who: Person, ring: Parameters<typeof bundleOf>[2]): Promise<string> => {
    const { bundle } = await bundleOf(house, who, ring)
    who.terminal.send({ type: 'call.accept', ref: 1, call, bundle, check: null })
    for (;;) {
      const item = await who.terminal.any()
      if (item.type === 'refused') return item.code
      if (item.type === 'call.joined') return 'in'
    }
  }
  const ring = await ringing(bob)
  assert.equal(await accept(mal, ring), 'ERR_CALL_UNKNOWN', 'it does not ring them')
  const { bundle } = await bundleOf(house, bob, ring)
  mal.terminal.send({ type: 'call.accept', ref: 1, call, bundle, check: null })
  assert.equal((await until(mal.terminal, 'refused')).code, 'ERR_CALL_UNKNOWN', 'as another')
  ann.terminal.send({ type: 'call.withdraw', ref: 2, call, user: 'bob@localhost' })
  await until(bob.terminal, 'call.stop')
  assert.equal(await accept(bob, ring), 'ERR_CALL_UNKNOWN', 'withdrawn')
  const { r1, certificates } = placing(ann, call, [])
  const invite = { type: 'call.invite', ref: 3, call, r1, certificates } as const
  ann.terminal.send({ ...invite, users: ['bob@localhost'] })
  assert.equal(await accept(bob, await until(bob.terminal, 'call.ring')), 'in')
  assert.equal(await accept(bob, ring), 'ERR_CALL_UNKNOWN', 'twice')
  ann.terminal.send({ ...invite, ref: 4, users: ['mal@localhost'] })
  const late = await until(mal.terminal, 'call.ring')
  ann.terminal.send({ type: 'call.end', ref: 5, call })
  await until(mal.terminal, 'call.stop')
  assert.equal(await accept(mal, late), 'ERR_CALL_UNKNOWN', 'over')
})

test('media comes by the connection that was named, one at a time, and from who is in', async (t) => {
  const { house, ann, others } = await people(t, ['bob', 'cy'])
  const [bob, cy] = others as [Person, Person]
  const { call, placed } = await place(ann, ['bob@localhost', 'cy@localhost'])
  const inBob = await join(house, bob, await ringing(bob))
  const inCy = await join(house, cy, await ringing(cy))
  const enter = { type: 'session.enter', session: placed.media } as const
  const listener = await testTerminal(house.name, inCy.mediaKey)
  listener.send(enter)
  await listener.next('session.entered')

  // another connection than the one in its S1, and bob's own for signalling
  const stranger = await testTerminal(house.name, ed25519.generate(random))
  const [first, handle] = await entered(house, inBob.mediaKey, placed.media)
  for (const wrong of [stranger, bob.terminal]) {
    wrong.send(enter)
    assert.equal((await until(wrong, 'session.ended')).code, 'ERR_SESSION_UNKNOWN')
    wrong.sendRaw(dataFrame(handle, 0, utf8('as another')))
  }
  // a handle that is nobody's, a member that is not there, itself, and the largest number there is
  first.sendRaw(dataFrame(handle + 1, 0, utf8('no such session')))
  for (const to of [toMember(9), toMember(1), 0xffff])
    first.sendRaw(dataFrame(handle, to, utf8('to nobody')))
  first.sendRaw(dataFrame(handle, 0, new Uint8Array(16_385)))
  first.sendData(handle, utf8('first'))
  assert.deepEqual(textOf(await listener.nextData()), [1, 'first'])

  // a second connection of the same takes its place
  const [second, other] = await entered(house, inBob.mediaKey, placed.media)
  assert.equal((await until(first, 'ended')).code, 'ERR_REPLACED')
  first.sendData(handle, utf8('from the former'))
  second.sendData(other, utf8('second'))
  assert.deepEqual(textOf(await listener.nextData()), [1, 'second'])

  // who leaves the call by its signalling has left with the other too
  bob.terminal.send({ type: 'call.leave', call })
  assert.equal((await until(second, 'session.ended')).code, 'ERR_SESSION_UNKNOWN')
  second.sendData(other, utf8('after'))
  second.send(enter)
  assert.equal((await until(second, 'session.ended')).code, 'ERR_SESSION_UNKNOWN')
  await listener.settle()
  assert.ok(listener.quiet())
})

for (const kind of ['signalling', 'media'] as const)
  test(`who leaves the session for ${kind} behind the call's back has left the call, and it is recorded`, async (t) => {
    const { house, ann, others } = await people(t, ['bob'])
    const [bob] = others as [Person]
    const { call, placed } = await place(ann, ['bob@localhost'])
    const { mediaKey } = await join(house, bob, await ringing(bob))
    await handleOf(bob.terminal)
    const [media] = await entered(house, mediaKey, placed.media)
    const by = kind === 'media' ? media : bob.terminal
    by.send({ type: 'session.leave', session: placed[kind] })
    for (const terminal of [media, bob.terminal]) await until(terminal, 'session.ended')
    assert.deepEqual(await sizes(house, call), [1, 0])
    assert.deepEqual((await recorded(house, call)).at(0), ['call.leave', 'user:bob@localhost'])
    // and so with the last of them: nothing of the call is left
    ann.terminal.send({ type: 'session.leave', session: placed.signalling })
    await until(ann.terminal, 'session.ended')
    assert.deepEqual(await sizes(house, call), 'ERR_CALL_UNKNOWN')
    assert.deepEqual((await recorded(house, call)).at(0), ['call.end', 'server'])
  })

test('a check of the KEY is answered in time, by whom it was for, where they are signed in', async (t) => {
  const { house, ann } = await people(t, [], { challengeMs: 60_000 })
  const asked = async (): Promise<() => Promise<string>> => {
    const call = random(16)
    ann.terminal.send({ ...placing(ann, call, []), checkInitiator: true })
    const { challenge } = await until(ann.terminal, 'call.check')
    const check = await answer(house, ann, { role: 'initiator', call, challenge })
    return async () => {
      ann.terminal.send({ type: 'call.check-answer', ref: 1, call, check })
      for (;;) {
        const item = await ann.terminal.any()
        if (item.type === 'refused') return item.code
        if (item.type === 'call.placed') return 'placed'
      }
    }
  }
  const inTime = await asked()
  house.clock.advance(59_000)
  assert.equal(await inTime(), 'placed')
  const late = await asked()
  house.clock.advance(60_000)
  assert.equal(await late(), 'ERR_CALL_CHECK')
  const signedOut = await asked()
  const reason = 'lost on a train'
  await house.api(`POST /bindings/${nameOf(ann.terminal)}/release`, { reason })
  assert.equal(await signedOut(), 'ERR_SIGNIN_NONE')
})

for (const [how, code] of [
  ['signed out', 'ERR_BINDING_FORCED'],
  ['suspended', 'ERR_USER_SUSPENDED'],
  ['revoked', 'ERR_KEY_REVOKED'],
  ['removed', 'ERR_USER_UNKNOWN'],
] as const)
  test(`who is ${how} is out of their calls, rings no more, and it is recorded`, async (t) => {
    const { house, ann, others } = await people(t, ['bob', 'cy'])
    const [bob, cy] = others as [Person, Person]
    const second = await at(house, bob.key)
    const { call, placed } = await place(ann, ['bob@localhost'])
    await ringing(second)
    const { mediaKey } = await join(house, bob, await ringing(bob))
    await until(second.terminal, 'call.stop')
    const [media] = await entered(house, mediaKey, placed.media)
    const other = await place(cy, ['bob@localhost'])
    const ring = await until(second.terminal, 'call.ring')
    await endSignIns(house, how, [bob, second])
    assert.equal((await until(bob.terminal, 'call.over')).code, code)
    assert.equal((await until(media, 'session.ended')).code, code)
    assert.equal((await until(second.terminal, 'call.stop')).code, code)
    assert.deepEqual((await recorded(house, call)).at(0), ['call.leave', 'server'])
    const { bundle } = await bundleOf(house, second, ring)
    second.terminal.send({ type: 'call.accept', ref: 1, call: other.call, bundle, check: null })
    assert.equal((await until(second.terminal, 'refused')).code, 'ERR_SIGNIN_NONE')
    // whoever calls learns nothing of it
    second.terminal.send({ type: 'call.decline', call: other.call })
    await answered(second)
    assert.deepEqual(await sizes(house, other.call), [1, 1])
    assert.ok(cy.terminal.quiet())
  })

async function endSignIns(
  house: TestHouse,
  how: 'signed out' | 'suspended' | 'revoked' | 'removed',
  where: readonly Person[],
): Promise<void> {
  const reason = 'left the house'
  if (how === 'suspended') await house.api('POST /users/bob@localhost/suspend', { reason })
  if (how === 'removed') await house.api('DELETE /users/bob@localhost')
  if (how === 'signed out')
    for (const { terminal } of where)
      await house.api(`POST /bindings/${nameOf(terminal)}/release`, { reason })
  if (how !== 'revoked') return
  const { keys } = await house.api('GET /users/bob@localhost')
  for (const { id } of keys as readonly { readonly id: string }[])
    await house.api(`POST /keys/${id}/revoke`, { reason })
}

/** Media's connection, in its session: the connection, and its handle there. */
async function entered(
  house: Pick<TestHouse, 'name'>,
  key: Parameters<typeof testTerminal>[1],
  session: Uint8Array,
): Promise<readonly [TestTerminal, number]> {
  const terminal = await testTerminal(house.name, key)
  terminal.send({ type: 'session.enter', session })
  return [terminal, await handleOf(terminal)]
}

/** Members and rings of a call as the operator sees them, or the code of the refusal. */
async function sizes(house: TestHouse, call: Uint8Array): Promise<unknown> {
  const shown = await house.api(`GET /calls/${hex(call)}`)
  return shown.code ?? [shown['size'], shown['ringing']]
}

/** What is recorded of a call, and by whom, the latest first. */
async function recorded(house: TestHouse, call: Uint8Array): Promise<readonly string[][]> {
  const { entries } = (await house.api('GET /audit?limit=100')) as unknown as {
    readonly entries: readonly { action: string; actor: string; object: { id: string } }[]
  }
  return entries
    .filter(({ object }) => object.id === hex(call))
    .map(({ action, actor }) => [action, actor])
}

function textOf({ sender, payload }: DataIn): readonly [number, string] {
  return [sender, Buffer.from(payload).toString()]
}

/** What it said before has been done: what comes behind it is answered. */
async function answered({ terminal }: Person): Promise<void> {
  terminal.send({ type: 'call.end', ref: 9, call: random(16) })
  await until(terminal, 'refused')
}

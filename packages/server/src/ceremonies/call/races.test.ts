import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { fakeConnection } from '../../relay/nodes.testing.ts'
import {
  codeIn,
  inviting,
  join,
  named,
  place,
  placing,
  testHouse,
  type House,
  type Person,
} from './nodes.testing.ts'

/*
 * What two things that happen at once, a clock that jumps, or very many of one kind, do to calls.
 */

const [ANN, BOB, CY] = ['ann@localhost', 'bob@localhost', 'cy@localhost']

test('whoever is gone before their call is placed has placed none, and leaves nothing behind', async (t) => {
  const house = await testHouse(t, 1)
  const { ann, bob } = await three(house)
  const checked = bob.node.call.receive(bob.main, { ...placing(bob, [ANN]), checkInitiator: true })
  bob.node.room.lost(bob.main)
  const placed = ann.node.call.receive(ann.main, placing(ann, [BOB]))
  ann.node.room.lost(ann.main)
  await Promise.all([checked, placed])
  await house.settled()
  assert.deepEqual(types(bob), [], 'no challenge waits for its answer')
  assert.deepEqual(await house.recorded(), [])
})

test('whoever asks is answered before anybody is told: how many there are does not show', async (t) => {
  const house = await testHouse(t, 1)
  const { ann, bob } = await three(house)
  const { call } = await place(ann)
  await ann.node.call.receive(ann.main, inviting(call, [BOB]))
  assert.deepEqual([types(ann), types(bob)], [['call.done'], []])
  await house.settled()
  assert.deepEqual(types(bob), ['call.ring'])
  await ann.node.call.receive(ann.main, { type: 'call.withdraw', ref: 1, call, user: BOB })
  assert.deepEqual([types(ann), types(bob)], [['call.done'], []])
  await house.settled()
  assert.deepEqual(types(bob), ['call.stop'])
})

test('a call that ends while its host rings others is over, and the host is still connected', async (t) => {
  const house = await testHouse(t, 1)
  const { ann } = await three(house)
  const { call } = await place(ann)
  const why = { code: 'ERR_CALL_FORCED', reason: 'noon', actor: 'operator:ada' } as const
  const asked = ann.node.call.receive(ann.main, inviting(call, [CY]))
  await house.store.write('durable', (db) => ann.node.call.forget(db, call, why))
  await asked
  assert.equal(codeIn(ann.main.taken()), 'ERR_CALL_UNKNOWN')
})

test('a host that is not the host any more when it rings others rings nobody', async (t) => {
  const house = await testHouse(t, 1)
  const { ann, bob, cy } = await three(house)
  const { call } = await place(ann, BOB)
  await join(bob, call)
  ann.main.taken()
  const handed = ann.node.call.receive(ann.main, hosts(call, 1))
  const asked = ann.node.call.receive(ann.main, inviting(call, [CY]))
  await Promise.all([handed, asked])
  await house.settled()
  assert.equal(named(ann.main.taken(), 'refused')?.code, 'ERR_CALL_HOST')
  assert.deepEqual(types(cy), [])
})

for (const first of ['joins', 'ends'] as const)
  test(`of a call that ends as somebody joins nothing is left, whichever ${first} first`, async (t) => {
    const house = await testHouse(t, 2)
    const { ann, bob } = await three(house)
    const { call } = await place(ann, BOB)
    types(bob)
    const why = { code: 'ERR_CALL_FORCED', reason: 'noon', actor: 'operator:ada' } as const
    const joins = (): Promise<unknown> => join(bob, call)
    const ends = async (): Promise<void> => {
      const over = await house.store.write('durable', (db) => ann.node.call.forget(db, call, why))
      ann.node.call.tellOver(over!)
    }
    const both = first === 'joins' ? [joins, ends] : [ends, joins]
    await Promise.allSettled(both.map((act) => act()))
    await house.settled()
    const codes = [...bob.main.taken(), ...bob.media.taken()].map((one) =>
      'code' in one ? one.code : one.type,
    )
    assert.ok(!codes.includes('call.over') || first === 'joins')
    for (const { sessions } of house.nodes) assert.equal(sessions.count(), 0)
    const left = await house.store.read((db) => db.selectFrom('call_members').selectAll().execute())
    assert.deepEqual(left, [])
  })

test('of two terminals that answer at once one is in, and the other is told', async (t) => {
  const house = await testHouse(t, 2)
  const { ann, bob } = await three(house)
  const other = await house.person(house.nodes[0]!, BOB)
  const { call } = await place(ann, BOB)
  const came = await Promise.all([join(bob, call), join(other, call)])
  const refused = came.filter((one) => typeof one === 'string')
  assert.equal(refused.length, 1)
  assert.match(refused[0]!, /ERR_CALL_UNKNOWN/)
})

test('a terminal whose user is signed out rings no longer, and answers for nobody', async (t) => {
  const house = await testHouse(t, 2)
  const { ann, bob } = await three(house)
  const other = await house.person(house.nodes[1]!, BOB)
  const { call } = await place(ann, BOB)
  types(bob)
  await house.store.write('soon', (db) =>
    db.deleteFrom('bindings').where('terminal', '=', bob.main.terminal).execute(),
  )
  await bob.say({ type: 'call.decline', call })
  assert.deepEqual(types(ann), [], 'the sign-in is over, though its end has not come through')
  const again = await place(ann, BOB)
  await other.say({ type: 'call.busy', call: again.call })
  await house.signOut(bob)
  assert.deepEqual(types(ann), ['call.engaged'], 'those who are left are all busy')
  assert.notEqual(typeof (await join(other, call)), 'string')
})

test('what rings at a terminal stops there when its user is signed out', async (t) => {
  const house = await testHouse(t, 2)
  const { ann, bob } = await three(house)
  const { call } = await place(ann, BOB)
  types(bob)
  await house.signOut(bob)
  const stop = named(bob.main.taken(), 'call.stop')
  assert.deepEqual([stop?.call, stop?.code], [call, 'ERR_BINDING_FORCED'])
})

test('a terminal that rings is stopped, however many its user has come to since', async (t) => {
  const house = await testHouse(t, 1, { ringsPerUser: 2 })
  const { ann, bob } = await three(house)
  const { call } = await place(ann, BOB)
  types(bob)
  for (let n = 0; n < 2; n += 1) {
    await house.pass(1_000)
    await house.person(house.nodes[0]!, BOB)
  }
  await ann.say({ type: 'call.withdraw', ref: 1, call, user: BOB })
  assert.deepEqual(types(bob), ['call.stop'])
})

test('who is busy everywhere but at a terminal that goes away is named to the host then', async (t) => {
  const house = await testHouse(t, 1)
  const { ann, bob } = await three(house)
  const other = await house.person(house.nodes[0]!, BOB)
  const { call } = await place(ann, BOB)
  await bob.say({ type: 'call.busy', call })
  assert.deepEqual(types(ann), [])
  other.node.room.lost(other.main)
  await house.settled()
  assert.equal(named(ann.main.taken(), 'call.engaged')?.user, BOB)
})

test('members that name each other host fill no record: so often a minute', async (t) => {
  const house = await testHouse(t, 1, { callsPerMinute: 3 })
  const { ann, bob } = await three(house)
  const { call } = await place(ann, BOB)
  await join(bob, call)
  const codes: string[] = []
  for (let n = 0; n < 4; n += 1)
    for (const [who, index] of [
      [ann, 1],
      [bob, 0],
    ] as const)
      codes.push(codeIn((await who.say(hosts(call, index))).filter((one) => 'ref' in one)))
  assert.deepEqual(codes.slice(0, 6), Array<string>(6).fill('call.done'))
  assert.deepEqual(codes.slice(6), ['ERR_CALL_RATE', 'ERR_CALL_HOST'])
  const named = (await house.recorded()).filter((entry) => entry.startsWith('call.host'))
  assert.equal(named.length, 6)
  assert.equal(codeIn(await ann.say(hosts(call, 0, 9))), 'call.done', 'to tell its epoch is free')
  await house.pass(20_000)
  assert.equal(codeIn((await ann.say(hosts(call, 1))).filter((one) => 'ref' in one)), 'call.done')
})

test('a clock that is put back keeps nobody ringing, and no call that nobody is in', async (t) => {
  const house = await testHouse(t, 1, { callIdleMs: 60_000 })
  const { ann, bob } = await three(house)
  const { call } = await place(ann, BOB)
  house.clock.shift(-3_600_000)
  await house.pass(91_000)
  assert.equal(named(ann.main.taken(), 'call.declined')?.code, 'ERR_CALL_NO_ANSWER')
  assert.deepEqual(types(bob), ['call.ring', 'call.stop'])
  assert.equal(await join(bob, call), 'ERR_CALL_UNKNOWN')
  house.clock.shift(-3_600_000)
  ann.node.room.lost(ann.main)
  await house.pass(100_000)
  assert.equal((await house.recorded()).at(-1), 'call.end ERR_CALL_LOST')
})

test('a clock that is put on ends no call that somebody is in', async (t) => {
  const house = await testHouse(t, 1)
  const { ann, bob } = await three(house)
  const { call } = await place(ann, BOB)
  await join(bob, call)
  house.clock.shift(26_000_000)
  await house.pass(30_000)
  ann.main.taken()
  assert.equal(codeIn(await ann.say(inviting(call, [CY]))), 'call.done')
})

test('thousands who are rung in vain end in parts, and others get their turn between', async (t) => {
  const house = await testHouse(t, 1)
  const { ann } = await three(house)
  const { call } = await place(ann)
  const nobody = Array.from({ length: 350 }, (_, n) => `nobody${n}@localhost`)
  await ann.say(inviting(call, nobody))
  house.clock.advance(45_000)
  const parts: number[] = []
  for (let told = 0; told < 350;) {
    await turn()
    const { length } = types(ann)
    if (length > 0) parts.push(length)
    told += length
  }
  assert.deepEqual(parts, [100, 100, 100, 50])
})

test('very many calls are looked after in parts, and others get their turn between', async (t) => {
  const house = await testHouse(t, 1, { callsPerMinute: 200, callsPerUser: 200 })
  const { ann } = await three(house)
  for (let n = 0; n < 130; n += 1) await place(ann)
  house.clock.advance(10_000)
  const now = house.clock.wall()
  const seen = new Set<number>()
  while (!seen.has(260)) {
    await turn()
    const used = house.store.read((db) =>
      db.selectFrom('sessions').select('id').where('last_used', '=', now).execute(),
    )
    seen.add((await used).length)
  }
  assert.deepEqual([...seen], [0, 250, 260])
  await house.settled()
})

test('many callers together fill no terminal', async (t) => {
  const house = await testHouse(t, 1)
  const { bob } = await three(house)
  const calls: Uint8Array[] = []
  for (let n = 0; n < 9; n += 1) {
    const caller = await house.person(house.nodes[0]!, `caller${n}@localhost`)
    for (let each = 0; each < 8; each += 1) calls.push((await place(caller, BOB)).call)
  }
  assert.equal(types(bob).length, 64)
  // what is shown later takes the place of what is over
  await bob.say({ type: 'call.decline', call: calls[0]! })
  types(bob)
  await bob.node.call.attending(bob.main)
  await house.settled()
  assert.deepEqual(types(bob), ['call.ring'])
})

test('a call for more than a day has its media session still, though nobody spoke', async (t) => {
  const house = await testHouse(t, 1, { sessionIdleMs: 60_000 })
  const { ann, bob } = await three(house)
  const { call } = await place(ann)
  await house.pass(120_000)
  await ann.node.sessions.sweep()
  await ann.say(inviting(call, [BOB]))
  const joined = await join(bob, call)
  assert.ok(typeof joined !== 'string', 'its media entered too')
})

test('who comes back after its place was given up is out, by either connection', async (t) => {
  const house = await testHouse(t, 1, { callLostMs: 60_000 })
  const { ann, bob } = await three(house)
  const { call, media } = await place(ann, BOB)
  const joined = await join(bob, call)
  assert.ok(typeof joined !== 'string')
  const { signalling } = (await house.store.read((db) =>
    db.selectFrom('calls').selectAll().executeTakeFirst(),
  ))!
  // its media connection stays where it is
  bob.node.room.lost(bob.main)
  await house.pass(80_000)
  assert.equal(named(bob.media.taken(), 'session.ended')?.code, 'ERR_CALL_LOST')
  await ann.node.sessions.receive(ann.media, { type: 'session.enter', session: media })
  ann.media.taken()
  bob.node.sessions.data(bob.media, joined.handles[1], Buffer.from('still here'))
  const back = fakeConnection(bob.node.room, bob.main.terminal)
  for (const session of [signalling, media])
    await bob.node.sessions.receive(back, { type: 'session.enter', session })
  await bob.node.sessions.receive(bob.media, { type: 'session.enter', session: media })
  await house.settled()
  assert.deepEqual(types({ main: ann.media }), [])
  assert.deepEqual(
    [...back.taken(), ...bob.media.taken()].map((one) => ('code' in one ? one.code : one.type)),
    Array<string>(3).fill('ERR_SESSION_UNKNOWN'),
  )
})

async function three(
  house: House,
): Promise<{ readonly ann: Person; readonly bob: Person; readonly cy: Person }> {
  const { nodes } = house
  const ann = await house.person(nodes[0]!, ANN)
  const bob = await house.person(nodes.at(-1)!, BOB)
  const cy = await house.person(nodes.at(-1)!, CY)
  return { ann, bob, cy }
}

/** What kinds of messages have come. */
function types({ main }: Pick<Person, 'main'>): readonly string[] {
  return main.taken().map(({ type }) => type)
}

function hosts(
  call: Uint8Array,
  index: number,
  epoch = 2,
): { type: 'call.hosts'; ref: number; call: Uint8Array; index: number; epoch: number } {
  return { type: 'call.hosts', ref: 4, call, index, epoch }
}

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { random, utf8 } from '@hufu/protocol/crypto'
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

const [ANN, BOB, CY] = ['ann@localhost', 'bob@localhost', 'cy@localhost']

test('a call over two nodes: placed at one, answered at the other, and media crosses', async (t) => {
  const house = await testHouse(t, 2)
  const { ann, bob, cy } = await three(house)
  const { call, media } = await place(ann, BOB, CY)
  assert.equal(named(bob.main.taken(), 'call.ring')?.from, ANN)
  const joined = await join(bob, call)
  assert.ok(typeof joined !== 'string')
  assert.equal(named(ann.main.taken(), 'call.joining')?.index, joined.index)
  await ann.node.sessions.receive(ann.media, { type: 'session.enter', session: media })
  await house.settled()
  ann.media.taken()
  bob.node.sessions.data(bob.media, joined.handles[1], utf8('sound'))
  await house.settled()
  assert.deepEqual(data(ann.media), ['1 sound'])
  assert.equal(named(cy.main.taken(), 'call.ring')?.user, CY)
  await cy.say({ type: 'call.decline', call })
  assert.equal(named(ann.main.taken(), 'call.declined')?.code, 'ERR_CALL_DECLINED')
  await ann.say({ type: 'call.end', ref: 9, call })
  assert.equal(named(bob.main.taken(), 'call.over')?.code, 'ERR_CALL_ENDED')
  assert.deepEqual(await house.recorded(), [
    `call.place ${ANN}`,
    `call.join ${BOB}`,
    'call.end ERR_CALL_ENDED',
  ])
  assert.deepEqual(house.counted, ['answered', 'ERR_CALL_DECLINED', 'ERR_CALL_ENDED'])
})

test('another hosts when the host has been gone for a while, from whichever node, and not before', async (t) => {
  const house = await testHouse(t, 2)
  const { ann, bob, cy } = await three(house)
  const { call } = await place(ann, BOB, CY)
  await join(bob, call)
  await join(cy, call)
  const takeOver = async (who: Person, index: number): Promise<string> =>
    codeIn(await who.say({ type: 'call.hosts', ref: 4, call, index, epoch: 5 }))
  assert.equal(await takeOver(bob, 1), 'ERR_CALL_HOST')
  ann.node.room.lost(ann.main)
  await house.settled()
  bob.main.taken()
  assert.equal(await takeOver(bob, 1), 'ERR_CALL_HOST')
  await house.pass(10_000)
  bob.main.taken()
  assert.equal(await takeOver(bob, 2), 'ERR_CALL_HOST')
  assert.equal(await takeOver(bob, 1), 'call.done')
  assert.equal(await takeOver(cy, 2), 'ERR_CALL_HOST')
  assert.equal(codeIn(await bob.say(inviting(call, ['dan@localhost']))), 'call.done')
  assert.equal((await epochOf(house, call))?.epoch, 5)
  assert.equal(await takeOver(bob, 1), 'call.done')
  assert.deepEqual((await house.recorded()).slice(-1), [`call.host ${BOB}`])
})

test('a sign-in that ends takes its terminal out, and the others are told at once', async (t) => {
  const house = await testHouse(t, 2)
  const { ann, bob, cy } = await three(house)
  const { call } = await place(ann, BOB, CY)
  await join(bob, call)
  await join(cy, call)
  ann.main.taken()
  await house.signOut(bob)
  const told = bob.main.taken()
  const over = named(told, 'call.over')
  assert.deepEqual([over?.code, over?.reason], ['ERR_BINDING_FORCED', 'late'])
  assert.equal(named(told, 'session.ended')?.code, 'ERR_BINDING_FORCED')
  assert.equal(named(bob.media.taken(), 'session.ended')?.code, 'ERR_BINDING_FORCED')
  const gone = named(ann.main.taken(), 'session.presence')
  assert.deepEqual([gone?.index, gone?.left], [1, true])
  // where the process ended in between, the next look finds it
  await house.store.write('soon', (db) => db.deleteFrom('bindings').execute())
  await house.pass(10_000)
  assert.equal(named(cy.main.taken(), 'call.over')?.code, 'ERR_SIGNIN_NONE')
  assert.equal((await house.recorded()).at(-1), 'call.end ERR_CALL_ENDED')
})

test('who is lost keeps its place for a while, comes back under its index, and is out after that', async (t) => {
  const house = await testHouse(t, 2, { callLostMs: 60_000 })
  const { ann, bob } = await three(house)
  const { call } = await place(ann, BOB)
  await join(bob, call)
  bob.node.room.lost(bob.main)
  bob.node.room.lost(bob.media)
  await house.pass(50_000)
  const { signalling, media } = (await epochOf(house, call))!
  const [node] = house.nodes
  for (const [connection, session] of [
    [bob.main, signalling],
    [bob.media, media],
  ] as const) {
    node!.room.opened(connection)
    connection.taken()
    await node!.sessions.receive(connection, { type: 'session.enter', session })
    assert.equal(named(connection.taken(), 'session.entered')?.index, 1)
  }
  await house.pass(60_000)
  assert.equal(codeIn(await bob.say({ type: 'call.end', ref: 4, call })), 'ERR_CALL_HOST')
  node!.room.lost(bob.main)
  await house.settled()
  ann.main.taken()
  await house.pass(80_000)
  const gone = named(ann.main.taken(), 'session.presence')
  assert.deepEqual([gone?.index, gone?.left], [1, true])
  assert.deepEqual((await house.recorded()).slice(-1), [`call.leave ${BOB} ERR_CALL_LOST`])
})

test('who has left and is called again gets an index that nobody has had', async (t) => {
  const house = await testHouse(t, 1)
  const { ann, bob } = await three(house)
  const { call } = await place(ann, BOB)
  assert.equal((await indexOf(bob, call)).index, 1)
  await bob.say({ type: 'call.leave', call })
  await ann.say(inviting(call, [BOB]))
  assert.equal((await indexOf(bob, call)).index, 1, 'by the same two connections')
  await bob.say({ type: 'call.leave', call })
  await ann.say(inviting(call, [BOB]))
  const other = await house.person(house.nodes[0]!, BOB)
  assert.equal((await indexOf({ ...bob, media: other.media }, call)).index, 2)
  assert.equal(await join({ ...other, media: bob.media }, call), 'ERR_CALL_UNKNOWN')
  await ann.say({ type: 'call.remove', ref: 5, call, index: 2 })
  assert.equal(named(bob.main.taken(), 'call.over')?.code, 'ERR_CALL_REMOVED')
  await ann.say(inviting(call, [BOB]))
  assert.equal(await join({ ...other, media: bob.media }, call), 'ERR_CALL_SEAT')
})

test('rings end to the second, go on over a restart, and reach who comes meanwhile', async (t) => {
  const house = await testHouse(t, 1)
  const { ann, bob } = await three(house)
  await place(ann, BOB)
  bob.main.taken()
  const [former] = house.nodes
  former!.call.stop()
  await house.pass(20_000)
  const node = house.start()
  for (const { main } of [ann, bob]) {
    former!.room.lost(main)
    node.room.opened(main)
  }
  await node.call.resume()
  await node.call.attending(bob.main)
  await node.call.attending(bob.main)
  await house.settled()
  const rung = bob.main.taken().filter((one) => one.type === 'call.ring')
  assert.deepEqual(
    rung.map(({ from, ringMs }) => [from, ringMs]),
    [[ANN, 25_000]],
  )
  await house.pass(24_000)
  assert.deepEqual(ann.main.taken(), [])
  await house.pass(1_000)
  const told = named(ann.main.taken(), 'call.declined')
  assert.deepEqual([told?.user, told?.code], [BOB, 'ERR_CALL_NO_ANSWER'])
  assert.equal(named(bob.main.taken(), 'call.stop')?.code, 'ERR_CALL_NO_ANSWER')
})

test('whoever calls cannot tell who is known, who is there, and who is not', async (t) => {
  const house = await testHouse(t, 1)
  const { ann, bob } = await three(house)
  const away = await house.person(house.nodes[0]!, 'dan@localhost')
  away.node.room.lost(away.main)
  const users = [BOB, 'dan@localhost', 'nobody@localhost']
  const { call } = await place(ann, ...users)
  assert.equal(named(bob.main.taken(), 'call.ring')?.user, BOB)
  await house.pass(44_000)
  assert.deepEqual(ann.main.taken(), [])
  await house.pass(1_000)
  const told = ann.main.taken().map((one) => ({ ...one, user: undefined }))
  assert.equal(told.length, 3)
  for (const one of told)
    assert.deepEqual(one, {
      type: 'call.declined',
      call,
      user: undefined,
      code: 'ERR_CALL_NO_ANSWER',
    })
})

test('a call ends with its last member, and where nobody is connected any more', async (t) => {
  const house = await testHouse(t, 1, { callIdleMs: 60_000 })
  const { ann, bob } = await three(house)
  const first = await place(ann, BOB)
  await join(bob, first.call)
  await ann.say({ type: 'call.leave', call: first.call })
  assert.ok((await epochOf(house, first.call)) !== undefined)
  await bob.say({ type: 'call.leave', call: first.call })
  assert.equal(await epochOf(house, first.call), undefined)
  const { call } = await place(ann, BOB)
  await house.pass(120_000)
  assert.ok((await epochOf(house, call)) !== undefined, 'somebody is there')
  ann.node.room.lost(ann.main)
  await house.pass(85_000)
  assert.equal(await epochOf(house, call), undefined)
  assert.equal((await house.recorded()).at(-1), 'call.end ERR_CALL_LOST')
  assert.deepEqual(
    await house.store.read((db) => db.selectFrom('sessions').selectAll().execute()),
    [],
  )
})

test('a user has others rung so often a minute, and no more', async (t) => {
  const house = await testHouse(t, 1, { callsPerMinute: 3, callsPerUser: 100 })
  const { ann } = await three(house)
  const { call } = await place(ann, BOB)
  assert.equal(codeIn(await ann.say(inviting(call, [CY]))), 'call.done')
  await place(ann, BOB)
  assert.equal(codeIn(await ann.say(placing(ann, [BOB]))), 'ERR_CALL_RATE')
  assert.equal(codeIn(await ann.say(inviting(call, [CY]))), 'ERR_CALL_RATE')
  await house.pass(20_000)
  await place(ann, BOB)
})

test('a call that an operator ends is gone when the transaction stands, and all are told why', async (t) => {
  const house = await testHouse(t, 2)
  const { ann, bob, cy } = await three(house)
  const { call } = await place(ann, BOB, CY)
  await join(bob, call)
  const why = { code: 'ERR_CALL_FORCED', reason: 'noon', actor: 'operator:ada' } as const
  const { call: room } = house.nodes[1]!
  const over = await house.store.write('durable', (db) => room.forget(db, call, why))
  assert.equal(await house.store.write('soon', (db) => room.forget(db, call, why)), undefined)
  room.tellOver(over!)
  await house.settled()
  for (const { main } of [ann, bob]) {
    const told = named(main.taken(), 'call.over')
    assert.deepEqual([told?.code, told?.reason], ['ERR_CALL_FORCED', 'noon'])
  }
  assert.equal(named(cy.main.taken(), 'call.stop')?.code, 'ERR_CALL_WITHDRAWN')
  assert.deepEqual(house.counted, ['answered', 'ERR_CALL_FORCED', 'ERR_CALL_WITHDRAWN'])
  assert.equal(await join(cy, call), 'ERR_CALL_UNKNOWN')
  assert.equal(await house.store.write('soon', (db) => room.forget(db, random(16), why)), undefined)
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

async function epochOf(house: House, call: Uint8Array) {
  return house.store.read((db) =>
    db.selectFrom('calls').selectAll().where('id', '=', call).executeTakeFirst(),
  )
}

async function indexOf(who: Person, call: Uint8Array): Promise<{ readonly index: number }> {
  const joined = await join(who, call)
  assert.ok(typeof joined !== 'string', JSON.stringify(joined))
  return joined
}

function data(connection: Person['main']): readonly string[] {
  return connection
    .taken()
    .flatMap((one) => (one.type === 'data' ? [`${one.sender} ${one.text}`] : []))
}

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { random, utf8 } from '@hufu/protocol/crypto'
import { entered, fakeConnection, testNodes, type Fake, type Got } from './nodes.testing.ts'
import type { Sessions } from './sessions.ts'

for (const count of [1, 3]) {
  const on = `on ${count === 1 ? 'one node' : `${count} nodes`}`

  test(`${on}: what one says, all others hear, under its index`, async (t) => {
    const house = await testNodes(t, count)
    const { members, handles, node } = await crowd(house, count, 5)
    node(2).data(members[2]!, handles[2]!, utf8('hello'))
    await house.settled()
    for (const [index, member] of members.entries())
      assert.deepEqual(
        texts(member),
        index === 2 ? [] : [{ type: 'data', handle: handles[index], sender: 2, text: 'hello' }],
      )
    assert.deepEqual(house.counts, { frames: 4, octets: 20, dropped: 0, media: 0 })
  })

  test(`${on}: everybody is told of everybody, once, and of who goes`, async (t) => {
    const house = await testNodes(t, count)
    const { members, node, session, told } = await crowd(house, count, 6)
    for (const [index, one] of told.entries())
      assert.deepEqual(
        one.toSorted(),
        [0, 1, 2, 3, 4, 5].filter((other) => other !== index),
      )
    node(4).lost(members[4]!)
    await node(1).receive(members[1]!, { type: 'session.leave', session })
    await house.settled()
    for (const index of [0, 2, 3, 5])
      assert.deepEqual(presences(members[index]!).toSorted(), ['1 has left', '4 is away'])
    assert.deepEqual([...presences(members[4]!), ...presences(members[1]!)], [])
  })

  test(`${on}: an index stays its terminal's, whoever comes and goes`, async (t) => {
    const house = await testNodes(t, count)
    const { nodes } = house
    const host = random(32)
    const session = await house.session(host)
    const [a, b] = [random(32), random(32)]
    const invite = (terminal: Uint8Array): Promise<number | undefined> =>
      nodes[0]!.invite(session, terminal)
    assert.deepEqual([await invite(a), await invite(b), await invite(a)], [1, 2, 1])
    const first = fakeConnection(nodes.at(-1)!, a)
    await nodes.at(-1)!.receive(first, { type: 'session.enter', session })
    await nodes.at(-1)!.receive(first, { type: 'session.leave', session })
    assert.equal(await invite(random(32)), 3)
    const again = fakeConnection(nodes[0]!, a)
    again.taken()
    await nodes[0]!.receive(again, { type: 'session.enter', session })
    assert.deepEqual(endings(again), ['ERR_SESSION_UNKNOWN'])
    assert.equal(await invite(a), 1)
    await nodes[0]!.receive(again, { type: 'session.enter', session })
    const back = again.taken().find((one) => one.type === 'session.entered')
    assert.equal(back?.index, 1)
  })

  test(`${on}: who is taken out is told why, hears nothing more, and says nothing`, async (t) => {
    const house = await testNodes(t, count)
    const { members, handles, node, session } = await crowd(house, count, 4)
    await house.takeOut(node(0), session, 3)
    await house.settled()
    assert.deepEqual(endings(members[3]!), ['ERR_SESSION_UNKNOWN'])
    assert.deepEqual(presences(members[2]!), ['3 has left'])
    node(3).data(members[3]!, handles[3]!, utf8('still here'))
    node(0).data(members[0]!, handles[0]!, utf8('without you'))
    await node(3).receive(members[3]!, { type: 'session.enter', session })
    await house.settled()
    assert.deepEqual(endings(members[3]!), ['ERR_SESSION_UNKNOWN'])
    assert.deepEqual(texts(members[3]!), [])
    assert.deepEqual(
      texts(members[2]!).map((one) => one.text),
      ['without you'],
    )
  })
}

test('who is taken out while it comes in is not in', async (t) => {
  const house = await testNodes(t, 1)
  const node = house.nodes[0]!
  const [host, other] = [random(32), random(32)]
  const session = await house.session(host, other)
  const [a, b] = [fakeConnection(node, host), fakeConnection(node, other)]
  const handle = await entered(node, a, session)
  await Promise.all([
    house.takeOut(node, session, 1),
    node.receive(b, { type: 'session.enter', session }),
  ])
  await house.settled()
  node.data(a, handle, utf8('alone'))
  await house.settled()
  assert.deepEqual(texts(b), [])
})

test('a terminal that has come back is not lost with its old connection', async (t) => {
  const house = await testNodes(t, 2)
  const { members, handles, node, session } = await crowd(house, 2, 3)
  const back = fakeConnection(house.nodes[0]!, members[1]!.terminal) // was on the other node
  await house.nodes[0]!.receive(back, { type: 'session.enter', session })
  await house.settled()
  node(1).lost(members[1]!)
  await house.settled()
  assert.deepEqual(presences(members[2]!), ['1 is there'])
  node(2).data(members[2]!, handles[2]!, utf8('welcome back'))
  await house.settled()
  assert.equal(texts(back).length, 1)
})

test('a session is full at its limit; who leaves makes room, and gives nobody its index', async (t) => {
  const house = await testNodes(t, 1, { membersPerSession: 3 })
  const node = house.nodes[0]!
  const [host, a, b] = [random(32), random(32), random(32)]
  const session = await house.session(host)
  assert.deepEqual([await node.invite(session, a), await node.invite(session, b)], [1, 2])
  assert.equal(await node.invite(session, random(32)), undefined)
  await house.takeOut(node, session, 1)
  assert.equal(await node.invite(session, random(32)), 3)
  assert.equal(await node.invite(session, a), undefined)
  assert.equal(await node.invite(random(16), a), undefined)
})

test('a connection is in so many sessions and no more, whoever brings it in', async (t) => {
  const house = await testNodes(t, 1, { sessionsPerConnection: 2 })
  const node = house.nodes[0]!
  const member = fakeConnection(node)
  const sessions = await Promise.all([1, 2, 3].map(() => house.session(member.terminal)))
  for (const session of sessions) await node.receive(member, { type: 'session.enter', session })
  assert.deepEqual(endings(member), ['ERR_RATE'])
  await node.receive(member, { type: 'session.leave', session: sessions[0]! })
  await node.receive(member, { type: 'session.enter', session: sessions[2]! })
  assert.deepEqual(endings(member), [])
})

test('one who floods a session of several is read more slowly; nothing of it is lost', async (t) => {
  const house = await testNodes(t, 1, { memberOctetsPerSecond: 100_000 })
  const { members, handles, node } = await crowd(house, 1, 3)
  const send = (index: number): number =>
    node(index).data(members[index]!, handles[index]!, new Uint8Array(50_000))
  assert.deepEqual([send(0), send(0), send(0), send(0)], [0, 0, 500, 1_000])
  assert.equal(send(1), 0)
  await house.settled()
  assert.equal(texts(members[2]!).length, 5)
  house.clock.advance(1_500)
  assert.equal(send(0), 0)
})

test('two alone may go as fast as their connections', async (t) => {
  const house = await testNodes(t, 1, { memberOctetsPerSecond: 100_000 })
  const { members, handles, node } = await crowd(house, 1, 2)
  for (let i = 0; i < 10; i += 1)
    assert.equal(node(0).data(members[0]!, handles[0]!, new Uint8Array(60_000)), 0)
})

/** So many members of one session, spread over the nodes in turn. */
async function crowd(
  house: Awaited<ReturnType<typeof testNodes>>,
  nodes: number,
  size: number,
): Promise<{
  readonly members: readonly Fake[]
  readonly handles: readonly number[]
  /** The indices that each was told are there. */
  readonly told: readonly (readonly number[])[]
  readonly session: Uint8Array
  /** The node of a member. */
  node(index: number): Sessions
}> {
  const node = (index: number): Sessions => house.nodes[index % nodes]!
  const members = Array.from({ length: size }, (_, index) => fakeConnection(node(index)))
  const session = await house.session(...members.map(({ terminal }) => terminal))
  for (const [index, member] of members.entries())
    await node(index).receive(member, { type: 'session.enter', session })
  await house.settled()
  const all = members.map((member) => member.taken())
  const handles = all.map((got) => got.find((one) => one.type === 'session.entered')!.handle)
  const told = all.map((got) =>
    got.filter((one) => one.type === 'session.presence').map(({ index }) => index),
  )
  return { members, handles, told, session, node }
}

function texts(member: Fake): readonly Extract<Got, { readonly type: 'data' }>[] {
  return kept(member).filter((one) => one.type === 'data')
}

function endings(member: Fake): readonly string[] {
  return member
    .taken()
    .filter((one) => one.type === 'session.ended')
    .map(({ code }) => code)
}

/** What a member was told of others, in words. */
function presences(member: Fake): readonly string[] {
  return kept(member)
    .filter((one) => one.type === 'session.presence')
    .map(
      ({ index, present, left }) =>
        `${index} ${present ? 'is there' : left ? 'has left' : 'is away'}`,
    )
}

const looked = new WeakMap<Fake, Got[]>()

/** All that has come since the crowd was made: several may look. */
function kept(member: Fake): readonly Got[] {
  const all = [...(looked.get(member) ?? []), ...member.taken()]
  looked.set(member, all)
  return all
}

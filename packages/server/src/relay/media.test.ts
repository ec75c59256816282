import assert from 'node:assert/strict'
import { test } from 'node:test'
import { utf8 } from '@hufu/protocol/crypto'
import { toMember } from '@hufu/protocol/wire'
import { entered, fakeConnection, testNodes, type Fake, type Nodes } from './nodes.testing.ts'

test('a frame for one reaches that one on any node, in its place among those for all', async (t) => {
  const { house, members, handles } = await crowd(t, 'session', 18)
  const say = (text: string, to?: number): void =>
    void house.nodes[0]!.data(members[0]!, handles[0]!, utf8(text), to)
  say('first')
  say('second')
  say('for five', toMember(5))
  say('for four', toMember(4))
  say('for nobody', toMember(65_534))
  say('for oneself', toMember(0))
  say('last')
  await house.settled()
  house.clock.advance(1_000)
  assert.deepEqual(heard(members[5]!), ['0 first', '0 second', '0 for five', '0 last'])
  assert.deepEqual(heard(members[4]!), ['0 first', '0 second', '0 for four', '0 last'])
  assert.deepEqual(heard(members[6]!), ['0 first', '0 second', '0 last'])
  assert.deepEqual(heard(members[0]!), [])
})

for (const size of [3, 12])
  test(`of ${size} in media, who does not keep up loses frames, and nobody else does`, async (t) => {
    const { house, members, handles } = await crowd(t, 'media', size)
    const [node] = house.nodes
    members[1]!.waiting = 200_000
    node!.data(members[0]!, handles[0]!, utf8('one'))
    await house.settled()
    node!.data(members[0]!, handles[0]!, utf8('two'), toMember(1))
    await house.settled()
    members[1]!.waiting = 0
    house.clock.advance(1_000)
    node!.data(members[0]!, handles[0]!, utf8('three'))
    await house.settled()
    assert.deepEqual(heard(members[1]!), ['0 three'])
    assert.deepEqual(heard(members[2]!), ['0 one', '0 three'])
    assert.equal(house.counts.dropped, 2)
  })

test('elsewhere nothing is dropped for a slow reader', async (t) => {
  const { house, members, handles } = await crowd(t, 'session', 3)
  members[1]!.waiting = 16_000_000
  house.nodes[0]!.data(members[0]!, handles[0]!, utf8('one'))
  await house.settled()
  assert.deepEqual(heard(members[1]!), ['0 one'])
})

test('frames of media that are too large or too many are dropped, and nobody is made to wait', async (t) => {
  const { house, members, handles } = await crowd(t, 'media', 3)
  const [node] = house.nodes
  assert.equal(node!.data(members[0]!, handles[0]!, new Uint8Array(16_385)), 0)
  for (let n = 0; n < 300; n += 1) node!.data(members[0]!, handles[0]!, utf8('x'))
  node!.data(members[2]!, handles[2]!, utf8('y'))
  await house.settled()
  house.clock.advance(100)
  assert.equal(heard(members[1]!).length, 250 + 1)
  assert.equal(house.counts.dropped, 1 + 50)
})

interface Crowd {
  readonly house: Nodes
  readonly members: readonly Fake[]
  readonly handles: readonly number[]
}

/** So many in one session, every other one on the second node of two. */
async function crowd(
  t: Parameters<typeof testNodes>[0],
  kind: 'session' | 'media',
  size: number,
): Promise<Crowd> {
  const house = await testNodes(t, kind === 'media' ? 1 : 2)
  const at = (index: number): Nodes['nodes'][number] => house.nodes[index % house.nodes.length]!
  const members = Array.from({ length: size }, (_, index) => fakeConnection(at(index)))
  const session = await house[kind](...members.map(({ terminal }) => terminal))
  const handles: number[] = []
  for (const [index, member] of members.entries())
    handles.push(await entered(at(index), member, session))
  await house.settled()
  for (const member of members) member.taken()
  house.clock.advance(1_000)
  return { house, members, handles }
}

function heard(member: Fake): readonly string[] {
  return member
    .taken()
    .filter((one) => one.type === 'data')
    .map(({ sender, text }) => `${sender} ${text}`)
}

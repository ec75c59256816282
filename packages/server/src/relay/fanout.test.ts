import assert from 'node:assert/strict'
import { setImmediate as turn } from 'node:timers/promises'
import { test } from 'node:test'
import { utf8 } from '@hufu/protocol/crypto'
import { fakeConnection, testNodes, type Fake, type Nodes } from './nodes.testing.ts'

const GATHER_MS = 6

test('among many, the first frame goes at once and those behind it together', async (t) => {
  const { house, members, say } = await room(t, 9)
  say(0, 'first')
  await settle()
  assert.deepEqual(heard(members[5]!), ['0 first'])
  house.clock.advance(1)
  say(1, 'second')
  await settle()
  house.clock.advance(3)
  say(2, 'third')
  await settle()
  assert.deepEqual(heard(members[5]!), [])
  house.clock.advance(GATHER_MS - 4)
  assert.deepEqual(heard(members[5]!), ['1 second', '2 third'])
  assert.deepEqual(heard(members[1]!), ['0 first', '2 third'])
  assert.deepEqual(heard(members[2]!), ['0 first', '1 second'])
  house.clock.advance(GATHER_MS)
  say(3, 'after a silence')
  await settle()
  assert.deepEqual(heard(members[5]!), ['3 after a silence'])
})

test('those who did not speak share the octets of a wave', async (t) => {
  const { members, say } = await room(t, 10)
  say(0, 'one')
  say(1, 'two')
  await settle()
  const messages = members.map((member) => member.shared)
  assert.ok(messages.every((list) => list.length === 1))
  assert.equal(new Set(messages.slice(2).flat()).size, 1)
  assert.equal(new Set(messages.flat()).size, 3)
})

test('a large wave does not wait, nor does a large frame overtake', async (t) => {
  const { members, say } = await room(t, 8)
  say(0, 'first')
  await settle()
  say(0, 'small')
  say(0, 'L'.repeat(40_000))
  await settle()
  assert.deepEqual(
    heard(members[1]!).map((text) => text.slice(0, 10)),
    ['0 first', '0 small', '0 LLLLLLLL'],
  )
  for (let i = 0; i < 33; i += 1) say(1, 'k'.repeat(1_000))
  await settle()
  assert.equal(heard(members[2]!).length, 3 + 32)
})

test('among few nothing waits, and what waited when many became few keeps its order', async (t) => {
  const { members, say, house } = await room(t, 8)
  say(0, 'first')
  await settle()
  say(1, 'second')
  await settle()
  house.nodes[0]!.lost(members[7]!)
  await settle()
  // who goes is said after what came before
  assert.deepEqual(
    members[2]!.taken().map((one) => (one.type === 'data' ? one.text : one.type)),
    ['first', 'second', 'session.presence'],
  )
  say(1, 'third')
  say(1, 'fourth')
  await settle()
  assert.deepEqual(heard(members[2]!), ['1 third', '1 fourth'])
})

test('who has gone before a wave leaves costs the others nothing', async (t) => {
  const { members, say, house } = await room(t, 12)
  say(0, 'first')
  await settle()
  say(0, 'second')
  for (const member of members.slice(9)) house.nodes[0]!.lost(member)
  await settle()
  assert.deepEqual(heard(members[8]!), ['0 first', '0 second'])
  assert.deepEqual(heard(members[9]!), ['0 first'])
  assert.equal(house.counts.frames, 11 + 8)
})

test('where none may wait, frames of one turn leave together at its end', async (t) => {
  const { members, say } = await room(t, 8, 0)
  for (let i = 0; i < 3; i += 1) {
    say(1, 'x')
    say(2, 'y')
    await settle()
    assert.deepEqual(heard(members[5]!), ['1 x', '2 y'])
    assert.equal(members[5]!.shared.length, i + 1)
  }
})

interface Room {
  readonly house: Nodes
  readonly members: readonly Fake[]
  say(index: number, text: string): void
}

/** So many in one session of one node. */
async function room(
  t: Parameters<typeof testNodes>[0],
  size: number,
  gatherMs = GATHER_MS,
): Promise<Room> {
  const house = await testNodes(t, 1, { gatherMs, memberOctetsPerSecond: 1e9 })
  const node = house.nodes[0]!
  const members = Array.from({ length: size }, () => fakeConnection(node))
  const session = await house.session(...members.map(({ terminal }) => terminal))
  const handles: number[] = []
  for (const member of members) {
    await node.receive(member, { type: 'session.enter', session })
    const found = member.taken().find((one) => one.type === 'session.entered')
    handles.push(found!.handle)
  }
  await house.settled()
  for (const member of members) member.taken()
  house.clock.advance(1_000)
  return {
    house,
    members,
    say: (index, text) => void node.data(members[index]!, handles[index]!, utf8(text)),
  }
}

/** What has come since the last look: sender and text. */
function heard(member: Fake): readonly string[] {
  return member
    .taken()
    .filter((one) => one.type === 'data')
    .map(({ sender, text }) => `${sender} ${text}`)
}

/** A few turns of the loop; the clock stands still. */
async function settle(): Promise<void> {
  for (let i = 0; i < 3; i += 1) await turn()
}

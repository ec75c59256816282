import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hex, random, utf8, type SigningKey } from '@hufu/protocol/crypto'
import { dataFrame } from '@hufu/protocol/wire'
import { houseOf, nameOf } from '../../signin.testing.ts'
import { testServer } from '../../server.testing.ts'
import { testTerminal, type TestTerminal } from '../../terminal.testing.ts'
import { join, people, place, placing, ringing, until, type Person } from './people.testing.ts'

test('what a call lives through: a flood, an operator, a restart', async (t) => {
  const { house, ann, others } = await people(t, ['bob', 'cy'])
  const [bob, cy] = others as [Person, Person]
  const { call, placed } = await place(ann, ['bob@localhost', 'cy@localhost', 'dan@localhost'])
  const id = hex(call)
  const inBob = await join(house, bob, await ringing(bob))
  const inCy = await join(house, cy, await ringing(cy))
  const mediaOf = async (name: string, key: SigningKey, index: number) => {
    const media = await testTerminal(name, key)
    media.send({ type: 'session.enter', session: placed.media })
    const entered = await media.next('session.entered')
    assert.equal(entered.index, index)
    return { media, handle: entered.handle }
  }

  await t.test('who floods with media is cut off, and nobody else misses anything', async () => {
    const flooder = await mediaOf(house.name, inBob.mediaKey, 1)
    const other = await mediaOf(house.name, inCy.mediaKey, 2)
    const frames = Array.from({ length: 50 }, () => dataFrame(flooder.handle, 0, utf8('noise')))
    const message = Buffer.concat(frames)
    for (let n = 0; n < 60; n += 1) flooder.media.sendRaw(message)
    assert.equal((await until(flooder.media, 'ended')).code, 'ERR_RATE')
    await flooder.media.closed
    const again = await mediaOf(house.name, inBob.mediaKey, 1)
    again.media.sendData(again.handle, utf8('a word'))
    const heard = await heardBy(other.media, 'a word')
    assert.equal(heard.filter((text) => text === 'noise').length, 250)
  })

  await t.test('the operator sees who is in it and where, and what is counted', async () => {
    const { calls } = (await house.api('GET /calls')) as { calls?: readonly object[] }
    assert.equal(calls?.length, 1)
    const { since: _, ...listed } = calls[0] as { readonly since: number }
    const about = { id, initiator: 'ann@localhost', host: 'ann@localhost', epoch: 1 }
    assert.deepEqual(listed, { ...about, size: 3, ringing: 1 })
    ann.terminal.send({ type: 'call.hosts', ref: 4, call, index: 0, epoch: 12 })
    await until(ann.terminal, 'call.done')
    const shown = await house.api(`GET /calls/${id}`)
    assert.equal(shown['epoch'], 12)
    const members = shown['members'] as readonly Readonly<Record<string, unknown>>[]
    assert.deepEqual(
      members.map(({ index, user, terminal, isHost, connected }) => [
        index,
        user,
        terminal,
        isHost,
        connected,
      ]),
      [
        [0, 'ann@localhost', nameOf(ann.terminal), true, true],
        [1, 'bob@localhost', nameOf(bob.terminal), false, true],
        [2, 'cy@localhost', nameOf(cy.terminal), false, true],
      ],
    )
    const page = await (await fetch(`${house.url}/metrics`)).text()
    for (const line of ['hufu_calls{of="members"} 3', 'hufu_calls{of="rings"} 1'])
      assert.ok(page.includes(line), line)
    assert.match(page, /hufu_call_rings_ended_total\{outcome="answered"\} 2/)
  })

  await t.test('a sign-in that the operator ends is out of it, and the host is told', async () => {
    const reason = 'lost on a train'
    await house.api(`POST /bindings/${nameOf(cy.terminal)}/release`, { reason })
    const over = await until(cy.terminal, 'call.over')
    assert.deepEqual([over.code, over.reason], ['ERR_BINDING_FORCED', reason])
    for (;;) {
      const { index, left } = await until(ann.terminal, 'session.presence')
      if (left) return assert.equal(index, 2)
    }
  })

  await t.test('after a restart all are back under their indices; then it is ended', async (t) => {
    await house.close()
    const server = await testServer(t, { data: house.config.data })
    const next = await houseOf(server)
    const terminals: TestTerminal[] = []
    for (const [{ terminal }, index] of [
      [ann, 0],
      [bob, 1],
    ] as const) {
      const back = await testTerminal(server.name, terminal.key)
      back.send({ type: 'session.enter', session: placed.signalling })
      assert.equal((await back.next('session.entered')).index, index)
      terminals.push(back)
    }
    const { media } = await mediaOf(server.name, inBob.mediaKey, 1)
    const reason = 'maintenance'
    assert.equal((await next.api(`POST /calls/${hex(random(16))}/end`, { reason })).code, UNKNOWN)
    await next.api(`POST /calls/${id}/end`, { reason })
    for (const back of terminals) {
      const over = await until(back, 'call.over')
      assert.deepEqual([over.code, over.reason], ['ERR_CALL_FORCED', reason])
    }
    media.close()
    const { entries } = (await next.api('GET /audit?limit=100')) as unknown as {
      readonly entries: readonly { action: string; actor: string; object: { id: string } }[]
    }
    const told = entries.filter(({ object }) => object.id === id).map(({ action }) => action)
    const [end, gone, ...joins] = [...new Set(told)]
    assert.deepEqual([end, gone, ...joins], ['call.end', 'call.leave', 'call.join', 'call.place'])
  })
})

test('who places a call anew, as the program that placed it is gone, has the first one stopped', async (t) => {
  const { house, ann, others } = await people(t, ['bob', 'cy'])
  const [bob, cy] = others as [Person, Person]
  const dead = await place(ann, ['bob@localhost'])
  await ringing(bob)
  const going = await place(ann, ['cy@localhost'])
  await join(house, cy, await ringing(cy))
  ann.terminal.close()
  const again = { ...ann, terminal: await testTerminal(house.name, ann.terminal.key) }
  again.terminal.send({ type: 'session.enter', session: going.placed.signalling })
  await until(again.terminal, 'session.presence')
  const call = random(16)
  again.terminal.send(placing(again, call, ['bob@localhost']))
  assert.equal((await until(again.terminal, 'call.over')).code, 'ERR_CALL_LOST')
  await until(again.terminal, 'call.placed')
  const stop = await until(bob.terminal, 'call.stop')
  assert.deepEqual([hex(stop.call), stop.code], [hex(dead.call), 'ERR_CALL_WITHDRAWN'])
  assert.equal(hex((await ringing(bob)).call), hex(call))
  const { calls } = (await house.api('GET /calls')) as { calls: readonly { id: string }[] }
  const ids = calls.map(({ id }) => id).toSorted()
  assert.deepEqual(ids, [hex(going.call), hex(call)].toSorted())
})

test('who has another call that rings, and is in it, has both', async (t) => {
  const { house, ann, others } = await people(t, ['bob'])
  const [bob] = others as [Person]
  await place(ann, ['bob@localhost'])
  await ringing(bob)
  await place(ann, ['bob@localhost'])
  await ringing(bob)
  const { calls } = (await house.api('GET /calls')) as { calls: readonly object[] }
  assert.equal(calls.length, 2)
})

const UNKNOWN = 'ERR_CALL_UNKNOWN'

/** All that comes until `last` does. */
async function heardBy(terminal: TestTerminal, last: string): Promise<readonly string[]> {
  const heard: string[] = []
  while (heard.at(-1) !== last) {
    const item = await terminal.any()
    if (item.type === 'data') heard.push(Buffer.from(item.payload).toString())
  }
  return heard
}

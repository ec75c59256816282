import assert from 'node:assert/strict'
import { test } from 'node:test'
import { random, utf8 } from '@hufu/protocol/crypto'
import { pairBySlot, type Paired } from '../pairing.testing.ts'
import { testServer, type TestServer } from '../server.testing.ts'
import { testTerminal, type TestTerminal } from '../terminal.testing.ts'

test('a member that loses its connection is reported, comes back, and goes on', async (t) => {
  const { server, opener, requester, pair } = await paired(t)
  const { session } = pair
  opener.close()
  assert.deepEqual(await requester.next('session.presence'), presence(session, 1, false, false))
  const back = await testTerminal(server.name, opener.key)
  back.send({ type: 'session.enter', session })
  const entered = await back.next('session.entered')
  assert.deepEqual([entered.session, entered.index], [session, 1])
  assert.deepEqual(await back.next('session.presence'), presence(session, 0, true, false))
  assert.deepEqual(await requester.next('session.presence'), presence(session, 1, true, false))
  back.sendData(entered.handle, utf8('back'))
  assert.deepEqual((await requester.nextData()).payload, utf8('back'))
})

test('a terminal that comes back before its loss was noticed is present anew', async (t) => {
  const { server, opener, requester, pair } = await paired(t)
  const { session } = pair
  const back = await testTerminal(server.name, opener.key)
  back.send({ type: 'session.enter', session })
  const { handle } = await back.next('session.entered')
  assert.deepEqual(await back.next('session.presence'), presence(session, 0, true, false))
  let last = await requester.next('session.presence')
  if (!last.present) last = await requester.next('session.presence')
  assert.deepEqual(last, presence(session, 1, true, false))
  requester.sendData(pair.requesterHandle, utf8('there?'))
  assert.deepEqual(await back.nextData(), {
    type: 'data',
    session: handle,
    sender: 0,
    payload: utf8('there?'),
  })
})

test('a session outlives a restart of the server', async (t) => {
  const { server, opener, requester, pair } = await paired(t)
  const { session } = pair
  await server.close()
  const next = await testServer(t, { data: server.config.data })
  const [one, two] = [
    await testTerminal(next.name, opener.key),
    await testTerminal(next.name, requester.key),
  ]
  one.send({ type: 'session.enter', session })
  assert.equal((await one.next('session.entered')).index, 1)
  await one.settle()
  two.send({ type: 'session.enter', session })
  assert.equal((await two.next('session.entered')).index, 0)
  assert.deepEqual(await one.next('session.presence'), presence(session, 0, true, false))
  assert.deepEqual(await two.next('session.presence'), presence(session, 1, true, false))
})

test('who is no member, or has left, is told that there is no such session', async (t) => {
  const { server, opener, requester, pair } = await paired(t)
  const { session } = pair
  const stranger = await testTerminal(server.name)
  for (const id of [session, random(16)]) {
    stranger.send({ type: 'session.enter', session: id })
    assert.deepEqual(await stranger.next('session.ended'), {
      type: 'session.ended',
      session: id,
      code: 'ERR_SESSION_UNKNOWN',
    })
  }
  opener.send({ type: 'session.leave', session })
  assert.deepEqual(await requester.next('session.presence'), presence(session, 1, false, true))
  opener.send({ type: 'session.enter', session })
  assert.equal((await opener.next('session.ended')).code, 'ERR_SESSION_UNKNOWN')
  requester.sendData(pair.requesterHandle, utf8('into the void'))
  await requester.settle()
  await opener.settle()
})

test('who comes back is told who has left; when all have, the session is gone', async (t) => {
  const { server, opener, requester, pair } = await paired(t)
  const { session } = pair
  requester.close()
  await opener.next('session.presence')
  opener.send({ type: 'session.leave', session })
  await opener.settle()
  const back = await testTerminal(server.name, requester.key)
  back.send({ type: 'session.enter', session })
  await back.next('session.entered')
  assert.deepEqual(await back.next('session.presence'), presence(session, 1, false, true))
  back.send({ type: 'session.leave', session })
  back.send({ type: 'session.enter', session })
  assert.equal((await back.next('session.ended')).code, 'ERR_SESSION_UNKNOWN')
})

test('a handle means nothing on another connection, nor a session to its neighbour', async (t) => {
  const { server, opener, requester, pair } = await paired(t)
  const stranger = await testTerminal(server.name)
  for (const handle of [0, 1, 2, 0xffffffff]) stranger.sendData(handle, utf8('let me in'))
  requester.sendData(pair.requesterHandle + 1, utf8('wrong'))
  await Promise.all([stranger.settle(), requester.settle()])
  requester.sendData(pair.requesterHandle, utf8('right'))
  assert.deepEqual((await opener.nextData()).payload, utf8('right'))
  const again = await pairBySlot(opener, requester, server.clock.advance, 2)
  assert.notEqual(again.openerHandle, pair.openerHandle)
  requester.sendData(pair.requesterHandle, utf8('first'))
  requester.sendData(again.requesterHandle, utf8('second'))
  assert.deepEqual(await opener.nextData(), data(pair.openerHandle, 'first'))
  assert.deepEqual(await opener.nextData(), data(again.openerHandle, 'second'))
})

test('frames arrive whole, in order, none lost, whatever their sizes', async (t) => {
  const { opener, requester, pair } = await paired(t)
  const sizes = Array.from({ length: 300 }, (_, i) => (i * 7_919) % 65_537)
  for (const [i, size] of sizes.entries())
    requester.sendData(pair.requesterHandle, new Uint8Array(size).fill(i))
  for (const [i, size] of sizes.entries()) {
    const { payload } = await opener.nextData()
    assert.deepEqual([payload.length, payload.every((octet) => octet === i % 256)], [size, true])
  }
})

test('beyond so many sessions of a terminal the longest unused is forgotten', async (t) => {
  const server = await testServer(t, { sessionsPerTerminal: 2 })
  const [opener, requester] = [await testTerminal(server.name), await testTerminal(server.name)]
  const sessions: Paired[] = []
  for (let ref = 0; ref < 3; ref += 1)
    sessions.push(await pairBySlot(opener, requester, server.clock.advance, ref))
  opener.send({ type: 'session.leave', session: sessions[0]!.session })
  await opener.settle()
  requester.sendData(sessions[0]!.requesterHandle, utf8('gone'))
  requester.sendData(sessions[2]!.requesterHandle, utf8('here'))
  assert.deepEqual(await opener.nextData(), data(sessions[2]!.openerHandle, 'here'))
  requester.send({ type: 'session.enter', session: sessions[0]!.session })
  assert.equal((await requester.next('session.ended')).code, 'ERR_SESSION_UNKNOWN')
})

test('a session is forgotten when nobody has been in it for long, and not before', async (t) => {
  const settings = { deadAfterMs: 1e12, sessionIdleMs: 3_600_000 }
  const { server, opener, requester, pair } = await paired(t, settings)
  const { session } = pair
  server.clock.advance(settings.sessionIdleMs * 3) // both are in
  await requester.settle()
  opener.close()
  requester.close()
  await Promise.all([opener.closed, requester.closed])
  const back = await testTerminal(server.name, opener.key)
  server.clock.advance(settings.sessionIdleMs / 2)
  back.send({ type: 'session.enter', session })
  await back.next('session.entered')
  back.close()
  await back.closed
  const late = await testTerminal(server.name, opener.key)
  server.clock.advance(settings.sessionIdleMs * 1.5)
  late.send({ type: 'session.enter', session })
  assert.equal((await late.next('session.ended')).code, 'ERR_SESSION_UNKNOWN')
})

interface Setting {
  readonly server: TestServer
  readonly opener: TestTerminal
  readonly requester: TestTerminal
  readonly pair: Paired
}

async function paired(
  t: Parameters<typeof testServer>[0],
  settings: Parameters<typeof testServer>[1] = {},
): Promise<Setting> {
  const server = await testServer(t, settings)
  const [opener, requester] = [await testTerminal(server.name), await testTerminal(server.name)]
  const pair = await pairBySlot(opener, requester, server.clock.advance)
  return { server, opener, requester, pair }
}

function presence(session: Uint8Array, index: number, present: boolean, left: boolean): object {
  return { type: 'session.presence', session, index, present, left }
}

function data(session: number, text: string): object {
  return { type: 'data', session, sender: 0, payload: utf8(text) }
}

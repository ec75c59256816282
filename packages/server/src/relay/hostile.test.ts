import assert from 'node:assert/strict'
import { setImmediate as turn } from 'node:timers/promises'
import { test, type TestContext } from 'node:test'
import { ed25519, random, utf8 } from '@hufu/protocol/crypto'
import { dataFrame, terminalIdOf } from '@hufu/protocol/wire'
import type { Config } from '../config.ts'
import { testFolder, testServer, type TestServer } from '../server.testing.ts'
import { createSession } from '../store/sessions.ts'
import { openSqlite } from '../store/sqlite.ts'
import { testTerminal, type DataIn, type TestTerminal } from '../terminal.testing.ts'

test('a member speaks under its own index, whatever its frame says', async (t) => {
  const { members, handles, server } = await crowd(t, 4)
  // for all; for itself; for two others; for nobody who is there
  for (const claimed of [0, 2, 1, 3, 4, 0xffff])
    members[1]!.sendRaw(dataFrame(handles[1]!, claimed, utf8(`as ${claimed}`)))
  for (const [index, to] of [
    [0, 1],
    [2, 3],
    [3, 4],
  ] as const)
    for (const heard of [0, to]) {
      const { sender, payload } = await members[index]!.nextData()
      assert.deepEqual([sender, payload], [1, utf8(`as ${heard}`)])
    }
  for (const member of members) {
    await member.settle()
    assert.ok(member.quiet())
  }
  await members[1]!.settle()
  assert.equal(server.config.membersPerSession, 1_000)
})

test('a handle that is none of its connection’s reaches nobody', async (t) => {
  const { members, handles, server } = await crowd(t, 3)
  const stranger = await testTerminal(server.name)
  for (const handle of [0, 1, handles[0]!, handles[0]! ^ 1, 0xffffffff])
    stranger.sendData(handle, utf8('let me in'))
  members[0]!.sendData(handles[0]! ^ 1, utf8('to nowhere'))
  await Promise.all([stranger.settle(), members[0]!.settle()])
  for (const member of members) {
    await member.settle()
    assert.ok(member.quiet())
  }
})

test('of many members one does not read: it is cut off, and all others miss nothing', async (t) => {
  const settings = { unsentOctets: 1_048_576, memberOctetsPerSecond: 1e10 }
  const { members, handles, server } = await crowd(t, 12, settings)
  const [speaker, deaf, ...others] = members
  deaf!.webSocket.pause()
  const heard = others.map(() => 0)
  let cut = 0
  const listen = async (member: TestTerminal, at: number): Promise<void> => {
    for (let gone = false, last = -1; !gone || last + 1 < sent;) {
      const item = await member.any()
      if (item.type === 'data') {
        assert.equal(numberOf(item), last + 1)
        last += 1
        heard[at] = last + 1
      } else {
        assert.deepEqual({ ...item, session: null }, { ...AWAY, session: null })
        gone = true
        cut += 1
      }
    }
  }
  let sent = 0
  const listening = Promise.all(others.map(listen))
  while (cut < others.length) {
    const payload = new Uint8Array(16_384)
    new DataView(payload.buffer).setUint32(0, sent)
    sent += 1
    speaker!.sendData(handles[0]!, payload)
    server.clock.advance(server.config.gatherMs)
    // no faster than those who read do
    while (cut === 0 && Math.min(...heard) + 8 < sent) await turn()
    await turn()
  }
  server.clock.advance(server.config.gatherMs)
  await listening
  assert.deepEqual(new Set(heard), new Set([sent]))
  server.clock.advance(server.config.closingMs)
  deaf!.webSocket.resume()
  await deaf!.closed
})

test('one who floods is read more slowly, and cuts off nobody who reads slowly', async (t) => {
  const settings = { unsentOctets: 2_097_152, memberOctetsPerSecond: 100_000 }
  const { members, handles, server } = await crowd(t, 4, settings)
  const [flooder, slow, reader] = members
  slow!.webSocket.pause()
  const frames = 200 // 13 MB: more than sockets and the server hold for one
  for (let i = 0; i < frames; i += 1) flooder!.sendData(handles[0]!, new Uint8Array(65_000))
  for (let i = 0; i < 50; i += 1) await turn()
  reader!.sendData(handles[2]!, utf8('heard all the same'))
  let item = await members[3]!.nextData()
  while (item.sender !== 2) item = await members[3]!.nextData()
  assert.deepEqual(item.payload, utf8('heard all the same'))
  slow!.webSocket.resume()
  await slow!.nextData()
  await server.close()
})

for (const size of [3, 10])
  test(`of ${size} one packs several large frames into one message: all arrive whole`, async (t) => {
    const { members, handles } = await crowd(t, size)
    const frames = [1, 2, 3].map((n) => dataFrame(handles[0]!, 0, new Uint8Array(30_000).fill(n)))
    members[0]!.sendRaw(Buffer.concat(frames))
    for (const member of members.slice(1))
      for (const n of [1, 2, 3]) {
        const { payload } = await member.nextData()
        assert.deepEqual([payload.length, payload[0], payload.at(-1)], [30_000, n, n])
      }
  })

const AWAY = { type: 'session.presence', session: null, index: 1, present: false, left: false }

function numberOf({ payload }: DataIn): number {
  return new DataView(payload.buffer, payload.byteOffset).getUint32(0)
}

/** A server, and terminals that are all in one session of it, each having heard of all others. */
async function crowd(
  t: TestContext,
  size: number,
  settings: Partial<Config> = {},
): Promise<{
  readonly server: TestServer
  readonly members: readonly TestTerminal[]
  readonly handles: readonly number[]
}> {
  const data = testFolder()
  const keys = Array.from({ length: size }, () => ed25519.generate(random))
  const session = random(16)
  const store = await openSqlite(data)
  const terminals = keys.map(({ publicKey }) => terminalIdOf(publicKey))
  await store.write('soon', (db) => createSession(db, session, terminals, 0 as never))
  await store.close()
  const server = await testServer(t, { ...settings, data })
  const members: TestTerminal[] = []
  const handles: number[] = []
  for (const key of keys) {
    const member = await testTerminal(server.name, key)
    member.send({ type: 'session.enter', session })
    handles.push((await member.next('session.entered')).handle)
    members.push(member)
  }
  for (const member of members)
    for (let i = 1; i < size; i += 1) assert.ok((await member.next('session.presence')).present)
  return { server, members, handles }
}

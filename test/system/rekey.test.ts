import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { drawWords, parseCode } from '@hufu/protocol/pair'
import { random } from '@hufu/protocol/crypto'
import { splitFrames, type Ms } from '@hufu/protocol/wire'
import { openWebSocket, pair, type Clock, type OpenSocket, type Talk } from '@hufu/terminal'
import { memorySink, memorySource } from '../support/files.ts'
import { listen } from '../support/pairs.ts'
import { serve, type Served } from '../support/serve.ts'

let server: Served
before(async () => {
  server = await serve()
})
after(() => server.stop())

/** A clock that runs so many times as fast as the wall's: a minute is three seconds. */
const fast: Clock = {
  now: () => (performance.now() * 20) as Ms,
  wake(at, act) {
    const timer = setTimeout(act, Math.max(0, Math.ceil(at / 20 - performance.now())))
    return () => clearTimeout(timer)
  },
}

/** Sockets from which `drops` lets nothing through that changes keys. */
function dropping(drops: () => boolean): OpenSocket {
  return (address, handlers) => {
    const socket = openWebSocket(address, handlers)
    return {
      send(message) {
        const frames = splitFrames(message, 65_536)
        assert.ok(frames.ok)
        const changes = frames.value.some(
          (frame) => frame.type === 'data' && frame.payload[1] !== 0,
        )
        if (!changes || !drops()) socket.send(message)
      },
      get unsent() {
        return socket.unsent
      },
      close: () => socket.close(),
    }
  }
}

async function paired(
  drops: () => boolean,
  rekey: NonNullable<Parameters<typeof pair>[0]['rekey']>,
): Promise<readonly [Talk, Talk]> {
  const code = Promise.withResolvers<string>()
  const opener = pair({
    server: server.origin,
    via: { by: 'open', words: drawWords(random) },
    on: (event) => {
      if (event.type === 'code') code.resolve(event.code)
    },
    ports: { clock: fast },
  })
  const parsed = parseCode(await code.promise)
  assert.ok(parsed.ok)
  const joiner = pair({
    server: server.origin,
    via: { by: 'join', code: parsed.value },
    rekey,
    ports: { clock: fast, openSocket: dropping(drops) },
  })
  return Promise.all([opener, joiner])
}

test('keys move under a file, and both ends are told', async () => {
  const [one, other] = await paired(() => false, { afterOctets: 500_000 })
  const epochs: [number[], number[]] = [[], []]
  const content = new Uint8Array(24_000_000).fill(7)
  const sink = memorySink()
  listen(one, (event) => {
    if (event.type === 'rekeyed') epochs[0].push(event.epoch)
    if (event.type === 'offer') event.incoming.accept(sink).catch(() => undefined)
  })
  listen(other, (event) => {
    if (event.type === 'rekeyed') epochs[1].push(event.epoch)
  })
  await other.sendFile(memorySource('a.bin', { '': content }))
  assert.ok(sink.octets('').equals(content))
  await (
    await other.say('after it')
  ).acknowledged
  const last = Math.min(epochs[0].length, epochs[1].length)
  assert.ok(last >= 3, `${last} changes`)
  for (const moved of epochs)
    assert.deepEqual(
      moved,
      moved.map((_, n) => n + 1),
    )
  const leaving = one.leave()
  await other.leave()
  await leaving
})

test('where the keys cannot be moved, both go on by their resume secret', async () => {
  let drops = true
  let dropped = 0
  const dropAll = (): boolean => {
    if (drops) dropped += 1
    return drops
  }
  const [one, other] = await paired(dropAll, { afterMs: 5_000 })
  const states: string[] = []
  const heard = listen(one)
  listen(other, (event) => {
    states.push(event.type)
    if (event.type === 'away') drops = false
  })
  await (
    await other.say('before')
  ).acknowledged
  const waiting = new Promise<void>((resolve) => {
    const look = setInterval(() => {
      if (!states.includes('back')) return
      clearInterval(look)
      resolve()
    }, 20)
  })
  await waiting
  assert.ok(dropped > 3, `${dropped} proposals were dropped`)
  await (
    await other.say('after')
  ).acknowledged
  assert.deepEqual(heard.texts, ['before', 'after'])
  assert.deepEqual(states.slice(0, 2), ['away', 'back'])
  const leaving = one.leave()
  await other.leave()
  await leaving
})

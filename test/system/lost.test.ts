import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import type { Talk } from '@hufu/terminal'
import { memorySink, memorySource } from '../support/files.ts'
import { listen, pairBySlot } from '../support/pairs.ts'
import { proxyTo, type Proxy } from '../support/proxy.ts'
import { serve, type Served } from '../support/serve.ts'

/** Says `count` numbered lines, and resolves when the other has taken the last. */
async function sayAll(talk: Talk, who: string, count: number): Promise<void> {
  let last: Promise<void> = Promise.resolve()
  for (let n = 0; n < count; n += 1) {
    ;({ acknowledged: last } = await talk.say(`${who} ${n}`))
    if (n % 50 === 0) await pause(1)
  }
  await last
}

const numbered = (who: string, count: number): string[] =>
  Array.from({ length: count }, (_, n) => `${who} ${n}`)

describe('lines that are cut', () => {
  let server: Served
  let near: Proxy
  let far: Proxy
  before(async () => {
    server = await serve()
    near = await proxyTo(server.origin)
    far = await proxyTo(server.origin)
  })
  after(async () => {
    await near.close()
    await far.close()
    await server.stop()
  })

  test('lose nothing and repeat nothing, however often, at either end', async () => {
    const { opener, joiner } = await pairBySlot(near.origin, far.origin)
    const [heardByOpener, heardByJoiner] = [listen(opener), listen(joiner)]
    let going = true
    const cutting = (async () => {
      for (let n = 0; going; n += 1) {
        await pause(120)
        ;(n % 3 === 0 ? near : far).cut()
        if (n % 4 === 0) near.cut()
      }
    })()
    await pause(150)
    const count = 1_500
    await Promise.all([sayAll(opener, 'opener', count), sayAll(joiner, 'joiner', count)])
    going = false
    await cutting
    assert.deepEqual(heardByJoiner.texts, numbered('opener', count))
    assert.deepEqual(heardByOpener.texts, numbered('joiner', count))
    assert.ok(near.carried > 2 && far.carried > 2, 'the lines were cut')
    opener.leave().catch(() => undefined)
    await joiner.leave()
  })

  test('a file that is cut in the middle arrives whole', async () => {
    const { opener, joiner } = await pairBySlot(near.origin, far.origin)
    const content = Uint8Array.from({ length: 20_000_000 }, (_, i) => i % 253)
    const sink = memorySink()
    let cuts = 0
    listen(joiner, (event) => {
      if (event.type !== 'offer') return
      void event.incoming.accept(sink, ({ octets, of }) => {
        if (octets < ((cuts + 1) * of) / 4) return
        cuts += 1
        ;(cuts % 2 === 0 ? near : far).cut()
      })
    })
    listen(opener)
    await opener.sendFile(memorySource('content.bin', { '': content }))
    assert.ok(cuts >= 3)
    assert.equal(sink.octets('').compare(content), 0)
    opener.leave().catch(() => undefined)
    await joiner.leave()
  })

  test('an end whose line stays dead is told to be away, then gone', async () => {
    const lonely = await proxyTo(server.origin)
    const { opener, joiner } = await pairBySlot(near.origin, lonely.origin, {
      opener: { awayMs: 800 },
      joiner: { awayMs: 800 },
    })
    const events: string[] = []
    const left = listen(opener, (event) => void events.push(event.type))
    const cutOff = listen(joiner)
    await lonely.close()
    assert.deepEqual(await left.closed, {
      type: 'closed',
      code: 'ERR_PEER_GONE',
      unacknowledged: 0,
    })
    assert.deepEqual(events, ['away', 'closed'])
    assert.equal((await cutOff.closed).code, 'ERR_UNREACHABLE')
  })
})

describe('a server that is killed and started again', () => {
  test('goes on with its sessions: nothing lost, nothing twice', async () => {
    const server = await serve()
    try {
      const { opener, joiner } = await pairBySlot(server.origin)
      const [heardByOpener, heardByJoiner] = [listen(opener), listen(joiner)]
      const count = 2_000
      const talking = Promise.all([
        sayAll(opener, 'opener', count),
        sayAll(joiner, 'joiner', count),
      ])
      await server.kill()
      await server.restart()
      await talking
      assert.deepEqual(heardByJoiner.texts, numbered('opener', count))
      assert.deepEqual(heardByOpener.texts, numbered('joiner', count))
      opener.leave().catch(() => undefined)
      assert.equal((await joiner.leave()).code, undefined)
    } finally {
      await server.stop()
    }
  })

  test('goes on with a file in the middle', async () => {
    const server = await serve()
    try {
      const { opener, joiner } = await pairBySlot(server.origin)
      const content = Uint8Array.from({ length: 30_000_000 }, (_, i) => i % 251)
      const sink = memorySink()
      let restarted: Promise<void> | undefined
      listen(opener, (event) => {
        if (event.type !== 'offer') return
        void event.incoming.accept(sink, ({ octets, of }) => {
          if (octets > of / 3) restarted ??= server.kill().then(() => server.restart())
        })
      })
      listen(joiner)
      await joiner.sendFile(memorySource('content.bin', { '': content }))
      await restarted
      assert.ok(restarted !== undefined)
      assert.equal(sink.octets('').compare(content), 0)
      opener.leave().catch(() => undefined)
      await joiner.leave()
    } finally {
      await server.stop()
    }
  })
})

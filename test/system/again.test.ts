import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { drawWords, parseCode } from '@hufu/protocol/pair'
import { random } from '@hufu/protocol/crypto'
import { HufuError } from '@hufu/protocol/wire'
import {
  openWebSocket,
  pair,
  type KeptTalk,
  type OpenSocket,
  type Talk,
  type TalkKeeper,
} from '@hufu/terminal'
import { memorySink, memorySource } from '../support/files.ts'
import { listen } from '../support/pairs.ts'
import { serve, type Served } from '../support/serve.ts'

/*
 * A page that is reloaded: everything in memory is gone, its record keys with it, and what was kept is all there is.
 */

let server: Served
before(async () => {
  server = await serve()
})
after(() => server.stop())

/** A terminal that can die as a page does: without a word, its socket closed by the browser. */
interface Mortal {
  readonly openSocket: OpenSocket
  readonly keeper: TalkKeeper
  readonly kept: () => KeptTalk | undefined
  /** The page is gone; nothing of `talk` is heard of again. */
  die(talk: Talk): void
}

function mortal(): Mortal {
  let dead = false
  let kept: KeptTalk | undefined
  const closers: (() => void)[] = []
  return {
    openSocket: (address, handlers) => {
      if (dead) return { send: () => undefined, unsent: 0, close: () => undefined }
      const socket = openWebSocket(address, {
        message: (message) => {
          if (!dead) handlers.message(message)
        },
        closed: (error) => {
          if (!dead) handlers.closed(error)
        },
      })
      closers.push(() => socket.close())
      return {
        send: (message) => {
          if (!dead) socket.send(message)
        },
        get unsent() {
          return socket.unsent
        },
        close: () => socket.close(),
      }
    },
    keeper: {
      async save(state) {
        if (!dead) kept = structuredClone(state)
      },
    },
    kept: () => kept,
    die(talk) {
      dead = true
      for (const close of closers) close()
      talk.abort()
    },
  }
}

async function paired(life: Mortal): Promise<{ steady: Talk; talk: Talk }> {
  const code = Promise.withResolvers<string>()
  const steady = pair({
    server: server.origin,
    via: { by: 'open', words: drawWords(random) },
    on: (event) => {
      if (event.type === 'code') code.resolve(event.code)
    },
  })
  const parsed = parseCode(await code.promise)
  assert(parsed.ok)
  const talk = pair({
    server: server.origin,
    via: { by: 'join', code: parsed.value },
    keeper: life.keeper,
    ports: { openSocket: life.openSocket },
  })
  return { steady: await steady, talk: await talk }
}

const again = (kept: KeptTalk, life: Mortal, awayMs = 60_000): Promise<Talk> =>
  pair({
    awayMs,
    server: kept.server,
    via: { by: 'again', kept },
    keeper: life.keeper,
    ports: { openSocket: life.openSocket },
  })

test('a talk goes on after one end has lost everything but what it kept, five times over', async () => {
  let life = mortal()
  const first = await paired(life)
  const { steady } = first
  let { talk } = first
  const states: string[] = []
  const heardBySteady = listen(steady, (event) => void states.push(event.type))
  const said: string[] = []
  const heardByMortal: string[] = []
  for (let round = 0; round < 5; round += 1) {
    const heard = listen(talk)
    const mine = await talk.say(`mortal ${round}`)
    said.push(`mortal ${round}`)
    await (
      await steady.say(`steady ${round}`)
    ).acknowledged
    if (round % 2 === 0) await mine.acknowledged
    heardByMortal.push(...heard.texts)
    const kept = life.kept()
    assert.ok(kept)
    life.die(talk)
    // Said while the other is away: it waits.
    const waiting = steady.say(`while away ${round}`)
    life = mortal()
    talk = await again(kept, life)
    assert.deepEqual(talk.words, steady.words)
    const caughtUp = listen(talk)
    await (
      await waiting
    ).acknowledged
    assert.deepEqual(caughtUp.texts, [`while away ${round}`])
    heardByMortal.push(...caughtUp.texts)
    // The events of a talk are read once; the next round reads those of the talk after this one.
    const next = life.kept()
    assert.ok(next)
    life.die(talk)
    life = mortal()
    talk = await again(next, life)
  }
  const last = listen(talk)
  await (
    await talk.say('end')
  ).acknowledged
  assert.deepEqual(heardBySteady.texts, [...said, 'end'])
  assert.deepEqual(
    heardByMortal,
    Array.from({ length: 5 }, (_, n) => [`steady ${n}`, `while away ${n}`]).flat(),
  )
  assert.equal(states.filter((state) => state === 'away').length, 10)
  assert.equal(states.filter((state) => state === 'back').length, 10)
  const leaving = talk.leave()
  await steady.leave()
  assert.equal((await leaving).code, undefined)
  await last.closed
  assert.equal(life.kept(), undefined, 'what is over is forgotten')
})

test('what was on its way when the keys were lost is said again, and heard once', async () => {
  const life = mortal()
  const { steady, talk } = await paired(life)
  const heard = listen(steady)
  listen(talk)
  for (let n = 0; n < 200; n += 1) await talk.say(`line ${n}`)
  const kept = life.kept()
  assert.ok(kept)
  life.die(talk)
  const next = mortal()
  const back = await again(kept, next)
  listen(back)
  await (
    await back.say('done')
  ).acknowledged
  assert.deepEqual(heard.texts, [...Array.from({ length: 200 }, (_, n) => `line ${n}`), 'done'])
  const leaving = back.leave()
  await steady.leave()
  await leaving
})

test('a file that is being sent to an end that loses its keys is offered again', async () => {
  const life = mortal()
  const { steady, talk } = await paired(life)
  listen(steady)
  const content = new Uint8Array(8_000_000).fill(7)
  const started = Promise.withResolvers<void>()
  listen(talk, (event) => {
    if (event.type === 'offer')
      event.incoming.accept(memorySink(), () => started.resolve()).catch(() => undefined)
  })
  const sent = steady.sendFile(memorySource('a.bin', { '': content }))
  await started.promise
  const kept = life.kept()
  assert.ok(kept)
  life.die(talk)
  const next = mortal()
  const sink = memorySink()
  const back = await again(kept, next)
  listen(back, (event) => {
    if (event.type === 'offer') event.incoming.accept(sink).catch(() => undefined)
  })
  await sent
  assert.equal(sink.octets('').compare(content), 0)
  const leaving = back.leave()
  await steady.leave()
  await leaving
})

test('somebody without the secret does not come back in its place', async () => {
  const life = mortal()
  const { steady, talk } = await paired(life)
  listen(talk)
  const heard = listen(steady)
  const kept = life.kept()
  assert.ok(kept)
  life.die(talk)
  const thief = { ...kept, secrets: [new Uint8Array(32)] }
  await assert.rejects(
    again(thief, mortal(), 1_500),
    (error) => error instanceof HufuError && error.code === 'ERR_PEER_GONE',
  )
  assert.deepEqual(heard.texts, [])
  steady.abort()
  await heard.closed
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ed25519, random } from '@hufu/protocol/crypto'
import { DATA_ROOM_OCTETS, type HufuError } from '@hufu/protocol/wire'
import { fakeClock, type FakeClock } from '../clock.testing.ts'
import { serverEnds, type ServerEnd } from '../connection/server.testing.ts'
import { parseServer } from '../connection/socket.ts'
import { mediaLine, type MediaLine } from './media.ts'

interface Held {
  readonly clock: FakeClock
  readonly line: MediaLine
  readonly ends: readonly ServerEnd[]
  readonly told: string[]
  unsent: number
}

const SESSION = new Uint8Array(16).fill(9)

function begun(): Held {
  const clock = fakeClock()
  const { open, ends } = serverEnds()
  const told: string[] = []
  const held = { clock, ends, told, unsent: 0 }
  const line = mediaLine({
    server: parseServer('http://hufu.example'),
    key: ed25519.generate(random),
    session: SESSION,
    clock,
    random,
    openSocket: (server, handlers) => {
      const { send, close } = open(server, handlers)
      return {
        send,
        close,
        get unsent() {
          return held.unsent
        },
      }
    },
    on: {
      opened: () => told.push('opened'),
      lost: () => told.push('lost'),
      frame: (from) => told.push(`frame of ${from}`),
      closed: ({ code }: HufuError) => told.push(code),
    },
  })
  return Object.assign(held, { line })
}

function entered({ ends }: Held): void {
  const end = ends.at(-1)!
  assert.ok(end.greet())
  assert.deepEqual(end.heard.at(-1), { type: 'session.enter', session: SESSION })
  end.say({ type: 'session.entered', session: SESSION, handle: 3, index: 1 })
}

const frame = (): Uint8Array => new Uint8Array(DATA_ROOM_OCTETS + 90)

test('frames go once the session is entered, and again after a loss', () => {
  const held = begun()
  assert.equal(held.line.fit, 'closed')
  entered(held)
  assert.equal(held.line.fit, 'open')
  held.ends[0]!.lose()
  assert.equal(held.line.fit, 'closed')
  held.clock.advance(10_000)
  entered(held)
  assert.equal(held.line.fit, 'open')
  assert.deepEqual(held.told, ['opened', 'lost', 'opened'])
})

test('what would wait behind old frames is late; once they are gone nothing is', () => {
  const held = begun()
  entered(held)
  for (let n = 0; n < 20; n += 1) {
    held.clock.advance(20)
    held.line.send(frame())
  }
  held.unsent = 5 * 100
  assert.equal(held.line.fit, 'open', 'the oldest unsent is 80 ms old')
  held.unsent = 12 * 100
  assert.equal(held.line.fit, 'late', 'the oldest unsent is 220 ms old')
  held.unsent = 0
  assert.equal(held.line.fit, 'open')
})

test('a first try that fails is repeated, as when all of a crowd come at once', () => {
  const held = begun()
  held.ends[0]!.lose()
  assert.deepEqual(held.told, [])
  held.clock.advance(8_000)
  entered(held)
  assert.deepEqual(held.told, ['opened'])
})

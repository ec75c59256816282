import assert from 'node:assert/strict'
import { test } from 'node:test'
import { random, Secret } from '@hufu/protocol/crypto'
import { fakeClock, type FakeClock } from '../clock.testing.ts'
import { ALL_MESSAGES } from '../signin/messages.ts'
import type { Connection } from './connection.ts'
import { openLine, type Line } from './line.ts'
import { serverEnds, type ServerEnd } from './server.testing.ts'

interface Rig {
  readonly clock: FakeClock
  readonly ends: ServerEnd[]
  readonly line: Line
}

function rig(): Rig {
  const clock = fakeClock()
  const { open, ends } = serverEnds()
  const line = openLine({
    server: 'http://hufu.example',
    terminalSeed: new Secret(random(32)),
    messages: ALL_MESSAGES,
    ports: { clock, openSocket: open },
  })
  return { clock, ends, line }
}

/** A share, and what it was told. */
function share(line: Line): { readonly connection: Connection; readonly told: string[] } {
  const told: string[] = []
  const connection = line.share({
    open: (fresh) => told.push(fresh ? 'open fresh' : 'open'),
    lost: () => told.push('lost'),
    message: (message) => told.push(message.type),
    data: (session) => told.push(`data ${session}`),
    closed: (error) => told.push(error.code),
  })
  return { connection, told }
}

const settled = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve))

test('every share hears the server, and knows when it is open, once', async () => {
  const { ends, line, clock } = rig()
  const early = share(line)
  ends[0]!.greet()
  const late = share(line)
  assert.deepEqual(late.told, [], 'nothing is told before share has returned')
  await settled()
  ends[0]!.say({ type: 'signin.done', ref: 1 })
  assert.deepEqual(early.told, ['open fresh', 'signin.done'])
  assert.deepEqual(late.told, ['open fresh', 'signin.done'])
  ends[0]!.lose()
  clock.advance(10_000)
  ends[1]!.greet()
  await settled()
  assert.deepEqual(late.told.slice(2), ['lost', 'open'])
  assert.deepEqual(early.told.slice(2), ['lost', 'open'])
})

test('numbers are never those of another share', () => {
  const { line } = rig()
  const [one, other] = [share(line), share(line)]
  const refs = [one, other, one, other].map(({ connection }) => connection.nextRef())
  assert.equal(new Set(refs).size, refs.length)
})

test('a share that is closed hears and says nothing, and the others go on', async () => {
  const { ends, line } = rig()
  const [gone, stays] = [share(line), share(line)]
  ends[0]!.greet()
  gone.connection.close()
  assert.equal(gone.connection.open, false)
  assert.equal(gone.connection.send({ type: 'pair.withdraw', ref: 1 }), false)
  ends[0]!.say({ type: 'signin.done', ref: 1 })
  await settled()
  assert.deepEqual(gone.told, ['open fresh'])
  assert.deepEqual(stays.told, ['open fresh', 'signin.done'])
  assert.equal(ends[0]!.closed, false)
  line.close()
  assert.equal(ends[0]!.closed, true)
  assert.equal(stays.connection.open, false)
})

test('all are told that the line is given up, also those who come later', async () => {
  const { ends, line } = rig()
  const before = share(line)
  ends[0]!.greet()
  ends[0]!.say({ type: 'ended', code: 'ERR_REPLACED' })
  const after = share(line)
  await settled()
  assert.deepEqual(before.told, ['open fresh', 'ERR_REPLACED'])
  assert.deepEqual(after.told, ['ERR_REPLACED'])
})

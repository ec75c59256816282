import assert from 'node:assert/strict'
import { createHash, randomFillSync } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { codeOf, hufu, type JsonEvent, type Running } from '../support/hufu.ts'
import { serve, type Served } from '../support/serve.ts'

/** Large enough that a kill falls into its middle. */
const OCTETS = 150_000_000

let server: Served
let folder: string
let source: string
before(async () => {
  server = await serve()
  folder = await mkdtemp(join(tmpdir(), 'hufu-killed-'))
  source = join(folder, 'large.bin')
  await writeFile(source, randomFillSync(Buffer.alloc(OCTETS)))
})
after(async () => {
  await server.stop()
  await rm(folder, { recursive: true, force: true })
})

function start(...args: readonly string[]): Running {
  const home = join(folder, 'home')
  return hufu(['pair', ...args, '--away', '2'], { HUFU_SERVER: server.origin, HUFU_HOME: home })
}

const isFile = (state: string) => (event: JsonEvent) =>
  event.event === 'file' && event['state'] === state

const isGone = ({ event, code }: JsonEvent): boolean =>
  event === 'error' && code === 'ERR_PEER_GONE'

async function digest(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer)
  return hash.digest('hex')
}

/** A transfer, up to its first sign of progress. */
async function inTheMiddle(into: string): Promise<{ receiver: Running; sender: Running }> {
  await mkdir(into, { recursive: true })
  const receiver = start('--receive', into)
  const sender = start(await codeOf(receiver), '--send', source)
  await receiver.event(isFile('progress'))
  return { receiver, sender }
}

test('the sender is killed in the middle of a file: the receiver is told, and the next try goes on', async () => {
  const into = join(folder, 'first')
  const { receiver, sender } = await inTheMiddle(into)
  sender.child.kill('SIGKILL')
  assert.equal(await sender.ended, 'SIGKILL')
  assert.equal(await receiver.ended, 6)
  assert.ok(receiver.events.some(({ event }) => event === 'away'))
  assert.ok(receiver.events.some(isGone))

  const left = await readdir(into)
  assert.equal(left.includes('large.bin'), false, 'nothing half done under its own name')
  const sizes = await Promise.all(
    (await readdir(into, { recursive: true })).map(
      async (name) => (await stat(join(into, name))).size,
    ),
  )
  assert.ok(Math.max(...sizes) > 0, 'what had come is kept')

  const again = start('--receive', into)
  const resent = start(await codeOf(again), '--send', source)
  assert.equal(await resent.ended, 0)
  assert.equal(await again.ended, 0)
  const first = resent.events.find(isFile('progress')) ?? resent.events.find(isFile('done'))
  assert.ok(Number(first?.['done']) > OCTETS / 1_000)
  assert.deepEqual(await readdir(into), ['large.bin'])
  assert.equal(await digest(join(into, 'large.bin')), await digest(source))
})

test('the receiver is killed in the middle of a file: the sender is told, and the next try goes on', async () => {
  const into = join(folder, 'second')
  const { receiver, sender } = await inTheMiddle(into)
  receiver.child.kill('SIGKILL')
  assert.equal(await sender.ended, 6)
  assert.ok(sender.events.some(isGone))
  const again = start('--receive', into)
  const resent = start(await codeOf(again), '--send', source)
  assert.deepEqual(await Promise.all([resent.ended, again.ended]), [0, 0])
  assert.deepEqual(await readdir(into), ['large.bin'])
  assert.equal(await digest(join(into, 'large.bin')), await digest(source))
})

test('one end is killed in a conversation: the other has what was acknowledged, and is told the rest', async () => {
  const opener = start()
  const joiner = start(await codeOf(opener))
  joiner.child.stdin!.write('first\nsecond\n')
  await opener.event(({ event, text }) => event === 'text' && text === 'second')
  joiner.child.kill('SIGKILL')
  await opener.event(({ event }) => event === 'away')
  opener.child.stdin!.write('is anybody there?\n')
  assert.equal(await opener.ended, 6)
  const closed = opener.events.find(({ event }) => event === 'closed')
  assert.deepEqual([closed?.['code'], closed?.['unacknowledged']], ['ERR_PEER_GONE', 1])
  const texts = opener.events.filter(({ event }) => event === 'text').map(({ text }) => text)
  assert.deepEqual(texts, ['first', 'second'])
})

test('two that remember each other meet again after both were killed', async () => {
  const opener = start('--remember', 'joiner')
  const joiner = start(await codeOf(opener), '--remember', 'opener')
  for (const end of [opener, joiner]) await end.event(({ event }) => event === 'remembered')
  for (const end of [opener, joiner]) end.child.kill('SIGKILL')
  await Promise.all([opener.ended, joiner.ended])
  for (let round = 0; round < 3; round += 1) {
    const first = start('--with', 'joiner')
    await first.event(({ event }) => event === 'waiting')
    const second = start('--with', 'opener')
    second.child.stdin!.end(`round ${round}\n`)
    await first.event(({ event, text }) => event === 'text' && text === `round ${round}`)
    first.child.stdin!.end()
    assert.deepEqual(await Promise.all([first.ended, second.ended]), [0, 0])
  }
})

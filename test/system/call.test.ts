import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { enrolHere } from '../support/enrolled.ts'
import type { JsonEvent, Running } from '../support/hufu.ts'
import { operatorOf, type Operator } from '../support/operator.ts'
import { serve, type Served } from '../support/serve.ts'
import { shellsAt, type Shell } from '../support/shells.ts'

/*
 * Calls of users in shells, over a real server: ann calls, bob and cy have somebody answer for them.
 */

const PASSPHRASE = 'correct horse battery'

let served: Served
let operator: Operator
let shells: ReturnType<typeof shellsAt>
let ann: Shell
let bob: Shell
let cy: Shell

before(async () => {
  served = await serve({ HUFU_ENROLMENTS_PER_SOURCE: '1000', HUFU_CALL_RING_MS: '1500' })
  operator = await operatorOf(served)
  shells = shellsAt(served.origin, { HUFU_KEY_PASSPHRASE: PASSPHRASE })
  ;[ann, bob, cy] = await Promise.all([shellOf('ann'), shellOf('bob'), shellOf('cy')])
})
after(async () => {
  await shells.close()
  await served.stop()
})

/** A shell with a key of `user`. */
async function shellOf(user: string): Promise<Shell> {
  const shell = await shells.open()
  await enrolHere(shell.home, served.origin, await operator.invite(user), {
    passphrase: PASSPHRASE,
  })
  return shell
}

/** Somebody who answers by themselves, ready to be called. */
async function answering(shell: Shell, more = '', stdin?: string): Promise<Running> {
  const started = shell.start(`answer --auto${more}`, stdin === undefined ? {} : { stdin })
  await started.event(({ event }) => event === 'waiting')
  return started
}

const of = (events: readonly JsonEvent[], name: string): readonly JsonEvent[] =>
  events.filter(({ event }) => event === name)
const lines = (events: readonly JsonEvent[]): readonly unknown[] =>
  of(events, 'text').map(({ user, text }) => `${String(user)}: ${String(text)}`)
/** Whether all of them have shown that code by now. */
const isShown = (words: unknown, all: readonly Running[]): boolean =>
  all.every(({ events }) =>
    of(events, 'callcode').some((code) => String(code['words']) === String(words)),
  )
const joined = (events: readonly JsonEvent[]): readonly unknown[] =>
  of(events, 'member')
    .filter(({ state }) => state === 'joined')
    .map(({ user }) => user)
    .toSorted()

test('a call of three: verified, one code, lines to all, hops, and the next call after it', async () => {
  const [bobs, cys] = await Promise.all([answering(bob), answering(cy, ' --once')])
  cys.child.stdin!.write('hello from cy\n')
  const call = ann.start('call bob cy@localhost --hop 1s --schedule factor --check')
  for (const line of ['hi', '', 'Grüße, 虎符']) call.child.stdin!.write(`${line}\n`)
  await call.event(({ event, text }) => event === 'text' && text === 'hello from cy')
  await call.event(({ event, reason }) => event === 'hop' && reason === 'time')
  // cy leaves with the end of its input, once it has seen the code that all have
  await cys.event(({ event, words }) => event === 'callcode' && isShown(words, [call, bobs]))
  cys.child.stdin!.end()
  await call.event(({ event, state }) => event === 'member' && state === 'left')
  call.child.stdin!.end('bye\n')
  assert.equal(await call.ended, 0, call.stderr)
  assert.deepEqual(joined(call.events), ['bob@localhost', 'cy@localhost'])
  const said = ['hi', '', 'Grüße, 虎符', 'bye'].map((text) => `ann@localhost: ${text}`)
  await bobs.event(({ event }) => event === 'closed')
  assert.deepEqual(
    lines(bobs.events).filter((line) => String(line).startsWith('ann')),
    said,
  )
  assert.deepEqual(joined(bobs.events), ['ann@localhost', 'cy@localhost'])
  const closed = of(call.events, 'closed').at(-1)!
  assert.deepEqual([closed['code'], closed['unacknowledged']], [null, 0])
  assert.equal(of(bobs.events, 'closed').at(-1)!['code'], 'ERR_CALL_ENDED')
  assert.equal(await cys.ended, 0, 'cy has said a line, all have it, and the call is over')

  const again = await ann.run('call bob', { stdin: 'once more\n' })
  assert.equal(again.exit, 0)
  assert.equal(
    of(again.events, 'member').find(({ state }) => state === 'joined')?.['pinned'],
    'same',
  )
  bobs.child.kill('SIGTERM')
  assert.equal(await bobs.ended, 143)
  assert.ok(lines(bobs.events).includes('ann@localhost: once more'))
})

test('a file to all: whoever wants it has it, the others are not troubled', async () => {
  const octets = randomBytes(1_500_000)
  const path = join(ann.home, 'photo.jpg')
  await writeFile(path, octets)
  const folder = join(bob.home, 'in')
  const [bobs, cys] = await Promise.all([
    answering(bob, ` --once --receive ${folder}`, ''),
    answering(cy, ' --once', ''),
  ])
  const sent = await ann.run(`call bob cy --send ${path}`)
  assert.equal(sent.exit, 0, JSON.stringify(sent.events))
  assert.equal(await bobs.ended, 0)
  assert.equal(await cys.ended, 0)
  const got = of(bobs.events, 'file').at(-1)!
  assert.deepEqual([got['state'], got['user']], ['done', 'ann@localhost'])
  const hash = (data: Uint8Array): string => createHash('sha256').update(data).digest('hex')
  assert.equal(hash(await readFile(String(got['path']))), hash(octets))
  assert.equal(of(cys.events, 'file').at(-1)!['state'], 'declined')
})

test('who goes in the middle of a file is not told that the host did', async () => {
  const path = join(ann.home, 'large')
  await writeFile(path, Buffer.alloc(64_000_000))
  const bobs = await answering(bob, ` --once --receive ${join(bob.home, 'half')}`, '')
  const call = ann.start(`call bob --send ${path}`)
  await call.event(({ event, state }) => event === 'file' && state === 'progress')
  call.child.kill('SIGINT')
  assert.equal(await call.ended, 130)
  const file = of(call.events, 'file').at(-1)!
  assert.deepEqual([file['state'], file['code']], ['failed', 'ERR_INTERRUPTED'])
  assert.notEqual(await bobs.ended, 0, 'it has no whole file')
})

test('nobody there, and somebody unknown: alike, and said with its code', async () => {
  const none = await ann.run('call nobody cy', { stdin: 'hello\n' })
  assert.deepEqual([none.exit, none.code], [3, 'ERR_CALL_NO_ANSWER'])
  const states = of(none.events, 'member').map(
    ({ user, state }) => `${String(user)} ${String(state)}`,
  )
  assert.deepEqual(states.toSorted(), [
    'cy@localhost ringing',
    'cy@localhost unanswered',
    'nobody@localhost ringing',
    'nobody@localhost unanswered',
  ])
  assert.equal((await ann.run('call ann')).code, 'ERR_USAGE')
  assert.equal((await ann.run('answer')).code, 'ERR_USAGE', 'nobody is there to ask')
})

test('an operator ends it, and everybody is shown why; who calls meanwhile is shown too', async () => {
  const bobs = await answering(bob, ' --once', '')
  const call = ann.start('call bob')
  await call.event(({ event, state }) => event === 'member' && state === 'joined')
  const { call: id } = await call.event(({ event }) => event === 'calling')
  const cys = cy.start('call bob')
  const { from, kind } = await bobs.event(({ event }) => event === 'waits')
  assert.deepEqual([from, kind], ['cy@localhost', 'software'])
  await operator.call('POST', `/calls/${String(id)}/end`, { reason: 'the house closes' })
  for (const one of [call, bobs]) {
    assert.equal(await one.ended, 6)
    const closed = of(one.events, 'closed').at(-1)!
    assert.deepEqual([closed['code'], closed['reason']], ['ERR_CALL_FORCED', 'the house closes'])
  }
  assert.equal(await cys.ended, 3, 'nobody has declined for bob')
})

test('a host whose terminal is closed has left at once, and who called meanwhile was missed', async () => {
  const bobs = await answering(bob, ' --once')
  const call = ann.start('call bob')
  await call.event(({ event, state }) => event === 'member' && state === 'joined')
  const other = await cy.run('call bob')
  assert.deepEqual(
    of(other.events, 'member').map(({ state }) => state),
    ['ringing', 'busy', 'unanswered'],
    'they have met',
  )
  const { from, code } = await bobs.event(({ event }) => event === 'missed')
  assert.deepEqual([from, code], ['cy@localhost', 'ERR_CALL_NO_ANSWER'])
  call.child.kill('SIGHUP')
  assert.equal(await call.ended, 129)
  const host = await bobs.event(({ event }) => event === 'host')
  assert.deepEqual([host['self'], host['how']], [true, 'handed'])
  await bobs.event(({ event, state }) => event === 'member' && state === 'left')
  bobs.child.stdin!.end()
  assert.equal(await bobs.ended, 0, bobs.stderr)
})

test('whoever stays signed in is told who calls, and answers beside it', async () => {
  const staying = bob.start('signin --stay')
  await staying.event(({ event }) => event === 'waiting')
  const call = ann.start('call bob')
  const { from, kind } = await staying.event(({ event }) => event === 'called')
  assert.deepEqual([from, kind], ['ann@localhost', 'software'])
  const beside = bob.start('answer --auto --once --as beside')
  await call.event(({ event, state }) => event === 'member' && state === 'joined')
  const { code } = await staying.event(({ event }) => event === 'missed')
  assert.equal(code, 'ERR_CALL_ELSEWHERE')
  call.child.stdin!.end('good night\n')
  assert.equal(await call.ended, 0, call.stderr)
  assert.equal(await beside.ended, 0, beside.stderr)
  assert.deepEqual(lines(beside.events), ['ann@localhost: good night'])
  staying.child.kill('SIGTERM')
  assert.equal(await staying.ended, 143)
})

test('who signs out in the middle of a call is out of it', async () => {
  const bobs = await answering(bob, ' --once', '')
  const call = ann.start('call bob')
  await call.event(({ event, state }) => event === 'member' && state === 'joined')
  const { terminal } = await bobs.event(({ event }) => event === 'bound')
  const other = await bob.run(`release --as other --terminal ${String(terminal)}`)
  assert.equal(other.exit, 0, JSON.stringify(other.events))
  assert.equal(await bobs.ended, 6)
  assert.equal(of(bobs.events, 'error').at(-1)?.['code'], 'ERR_BINDING_RELEASED')
  await call.event(({ event, state }) => event === 'member' && state === 'left')
  call.child.stdin!.end()
  assert.equal(await call.ended, 0, call.stderr)
})

test('who waits to be called is told that the server is gone, and is called once it is back', async () => {
  const bobs = await answering(bob, ' --once', '')
  await served.restart()
  const connections = (): readonly unknown[] =>
    of(bobs.events, 'connection').map(({ state }) => state)
  await bobs.event(() => connections().join().endsWith('lost,connected'))
  const call = await ann.run('call bob', { stdin: 'there again\n' })
  assert.equal(call.exit, 0, JSON.stringify(call.events))
  assert.equal(await bobs.ended, 0)
  assert.deepEqual(lines(bobs.events), ['ann@localhost: there again'])
})

test('who answers one call after the other is heard from the beginning in each', async () => {
  const greeting = join(bob.home, 'greeting.wav')
  await writeFile(greeting, silentWav(0.1))
  const bobs = await answering(bob, ` --audio ${greeting}`, '')
  for (const time of ['first', 'second']) {
    const call = ann.start('call bob')
    await call.event(({ event, state }) => event === 'member' && state === 'left')
    call.child.stdin!.end()
    assert.equal(await call.ended, 0, call.stderr)
    const { received } = of(call.events, 'closed').at(-1)!['frames'] as { received: number }
    assert.equal(received, 6, time)
  }
  bobs.child.kill('SIGTERM')
  assert.equal(await bobs.ended, 143)
})

test('a recording that never begins stands in nobody’s way', async () => {
  const path = join(ann.home, 'never.wav')
  const refused = await ann.run(`call bob --record ${path}`, {
    env: { HUFU_KEY_PASSPHRASE: 'another horse battery' },
  })
  assert.equal(refused.code, 'ERR_KEY_PASSPHRASE')
  const unanswered = await ann.run(`call bob --record ${path}`)
  assert.equal(unanswered.code, 'ERR_CALL_NO_ANSWER', 'and not that the file is there already')
  await assert.rejects(readFile(path), { code: 'ENOENT' })
})

/** A WAV file: 16 bits, one channel, 48,000 samples a second, and nothing to be heard. */
function silentWav(seconds: number): Uint8Array {
  const octets = Buffer.alloc(44 + seconds * 96_000)
  octets.write('RIFF\0\0\0\0WAVEfmt ', 'latin1')
  octets.writeUInt32LE(16, 16)
  octets.writeUInt16LE(1, 20)
  octets.writeUInt16LE(1, 22)
  octets.writeUInt32LE(48_000, 24)
  octets.writeUInt16LE(2, 32)
  octets.writeUInt16LE(16, 34)
  octets.write('data', 36, 'latin1')
  octets.writeUInt32LE(octets.length - 44, 40)
  return octets
}

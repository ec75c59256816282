import assert from 'node:assert/strict'
import { access, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, afterEach, before, test } from 'node:test'
import { enrolHere } from '../support/enrolled.ts'
import type { JsonEvent, Running } from '../support/hufu.ts'
import { needs } from '../support/needs.ts'
import { operatorOf } from '../support/operator.ts'
import { atTerminal, type AtTerminal } from '../support/pty.ts'
import { serve, type Served } from '../support/serve.ts'
import { shellsAt, type Shell } from '../support/shells.ts'

/*
 * What a person types in a call: bob sits at a terminal, ann and cy call him from scripts.
 */

const PASSPHRASE = 'correct horse battery'

let served: Served
let shells: ReturnType<typeof shellsAt>
let ann: Shell
let bob: Shell
let cy: Shell
const open: AtTerminal[] = []
const calls: Running[] = []

before(async () => {
  served = await serve({ HUFU_ENROLMENTS_PER_SOURCE: '1000' })
  const operator = await operatorOf(served)
  shells = shellsAt(served.origin, { HUFU_KEY_PASSPHRASE: PASSPHRASE })
  const shellOf = async (user: string): Promise<Shell> => {
    const shell = await shells.open()
    await enrolHere(shell.home, served.origin, await operator.invite(user), {
      passphrase: PASSPHRASE,
    })
    return shell
  }
  ;[ann, bob, cy] = await Promise.all([shellOf('ann'), shellOf('bob'), shellOf('cy')])
})
afterEach(async () => {
  for (const one of open) one.kill()
  for (const { child } of calls) child.kill('SIGKILL')
  await Promise.all([...open.splice(0), ...calls.splice(0)].map(({ ended }) => ended))
})
after(async () => {
  await shells.close()
  await served.stop()
})

/** Bob, who has sat down and waits to be called. */
async function sitting(): Promise<AtTerminal> {
  const bobs = atTerminal('answer', {
    HUFU_KEY_PASSPHRASE: PASSPHRASE,
    HUFU_SERVER: served.origin,
    HUFU_HOME: bob.home,
  })
  open.push(bobs)
  await bobs.sees('waiting to be called')
  return bobs
}

/** Bob in a call of ann’s. */
async function talking(): Promise<readonly [bobs: AtTerminal, call: Running]> {
  const bobs = await sitting()
  const call = ann.start('call bob')
  calls.push(call)
  await bobs.sees('ann@localhost calls; certified: a software key')
  await bobs.sees('[Y/n]')
  bobs.type('y\r')
  await bobs.sees('ann@localhost is in the call, verified by a software key')
  await call.event(({ event }) => event === 'hop')
  return [bobs, call]
}

const says =
  (line: string) =>
  ({ event, text }: JsonEvent): boolean =>
    event === 'text' && text === line
const is =
  (member: string) =>
  ({ event, state }: JsonEvent): boolean =>
    event === 'member' && state === member

test('who calls during a call is declined by /reject, and taken by /answer, which leaves', async (t) => {
  if (!needs(t, 'bsdutils')) return
  const [bobs, call] = await talking()
  bobs.type('/reject\r/answer\r')
  await bobs.sees('nobody else calls')
  await bobs.sees('nobody else calls')

  const first = cy.start('call bob', { stdin: '' })
  await bobs.sees('cy@localhost calls too; certified: a software key')
  await bobs.sees('/answer leaves this and takes it, /reject declines it')
  bobs.type('/reject\r')
  await bobs.sees('cy@localhost: declined')
  assert.equal(await first.ended, 3)
  await first.event(is('declined'))
  bobs.type('still here\r')
  await call.event(says('still here'))

  const second = cy.start('call bob')
  await bobs.sees('cy@localhost calls too')
  bobs.type('/answer\r')
  await bobs.sees('you have left the call')
  await bobs.sees('cy@localhost is in the call')
  await call.event(is('left'))
  await second.event(is('joined'))
  bobs.type('hello cy\r')
  await second.event(says('hello cy'))
  assert.ok(!call.events.some(says('hello cy')))

  // whom nothing was decided about is asked about once the call is over
  call.child.stdin!.end()
  assert.equal(await call.ended, 0)
  const third = ann.start('call bob')
  await bobs.sees('ann@localhost calls too')
  bobs.type('/leave\r')
  await bobs.sees('Answer, within')
  bobs.type('n\r')
  await bobs.sees('declined')
  assert.equal(await third.ended, 3)
  second.child.stdin!.end()
  assert.equal(await second.ended, 0)
  await bobs.sees('waiting to be called')
  bobs.type('\u0003')
  assert.equal(await bobs.ended, 130)
})

test('back from Ctrl-Z one types on', async (t) => {
  if (!needs(t, 'bsdutils')) return
  const [bobs, call] = await talking()
  bobs.type('before\r')
  await call.event(says('before'))
  bobs.type('\u001A')
  await bobs.sees('answer') // the shell names what goes on
  await bobs.sees('> ')
  bobs.type('after\r')
  await call.event(says('after'))
  bobs.type('\u0004')
  await bobs.sees('you have left the call')
  await call.event(is('left'))
})

test('what cannot be done is told, and the call goes on', async (t) => {
  if (!needs(t, 'bsdutils')) return
  const [bobs, call] = await talking()
  const folder = join(bob.home, 'a folder')
  await mkdir(folder)
  await writeFile(join(folder, 'a file'), 'hello')
  bobs.type(`/send ${folder}\r`)
  await bobs.sees('a file cannot be read (ERR_FILE_READ)')
  await bobs.sees('in a call only files are sent')
  bobs.type('/hop\r')
  await bobs.sees('ERR_CALL_HOST')
  bobs.type('/invite bob\r')
  await bobs.sees('bob@localhost is you')
  await bobs.sees('See `/help`.')
  bobs.type(`${'x'.repeat(20_001)}\r`)
  await bobs.sees('a line has 20000 characters at most in a call')
  assert.ok(!bobs.shown.includes('offering a folder'), bobs.shown)
  bobs.type(`/send '${join(folder, 'a file')}'\r`)
  await bobs.sees('offering a file (5 B)')
  await bobs.sees('ann@localhost does not want a file')
  bobs.type('/leave\r')
  await bobs.sees('you have left the call')
  assert.ok(!bobs.shown.includes('did not reach everybody'), bobs.shown)
  await call.event(is('left'))
})

test('a host is told who is not there to be removed, or to host', async (t) => {
  if (!needs(t, 'bsdutils')) return
  const [bobs, call] = await talking()
  call.child.kill('SIGHUP')
  await bobs.sees('you are the host of the call now')
  for (const word of ['remove', 'hand']) {
    bobs.type(`/${word} cy\r`)
    await bobs.sees('cy@localhost is not in the call')
  }
  bobs.type('/end\r')
  await bobs.sees('you have ended the call')
})

test('a recording of a call to which nobody came is not left in the way of the next', async (t) => {
  if (!needs(t, 'bsdutils')) return
  const bobs = await sitting()
  for (let time = 0; time < 2; time += 1) {
    const call = cy.start(`call bob --record ${join(cy.home, 'out.wav')}`)
    await bobs.sees('[Y/n]')
    bobs.type('n\r')
    assert.equal(await call.ended, 3, call.stderr)
    assert.ok(!call.events.some(({ event }) => event === 'recorded'))
  }
  await assert.rejects(access(join(cy.home, 'out.wav')))
})

test('what was typed before somebody called is no answer', async (t) => {
  if (!needs(t, 'bsdutils')) return
  const bobs = await sitting()
  bobs.type('\r\ry\r')
  await bobs.sees('y')
  const call = ann.start('call bob')
  calls.push(call)
  await bobs.sees('[Y/n]')
  bobs.type('n\r')
  const { state } = await call.event(
    ({ event, state }) => event === 'member' && state !== 'ringing',
  )
  assert.equal(state, 'declined')
})

test('whoever answers one who is gone is told that nobody lets them in', async (t) => {
  if (!needs(t, 'bsdutils')) return
  const bobs = await sitting()
  const call = cy.start('call bob')
  await bobs.sees('[Y/n]')
  call.child.kill('SIGKILL')
  await call.ended
  bobs.type('y\r')
  await bobs.sees('whoever calls does not let you in yet')
  bobs.type('\u0003')
  assert.equal(await bobs.ended, 130)
})

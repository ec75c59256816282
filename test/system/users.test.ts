import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { enrolHere } from '../support/enrolled.ts'
import { operatorOf, type Operator } from '../support/operator.ts'
import { serve, type Served } from '../support/serve.ts'
import { shellsAt, type Shell } from '../support/shells.ts'

/*
 * Users, keys and terminals, with `hufu` in shells and a real server: whoever carries the key is reached where it is signed in.
 */

const PASSPHRASE = 'correct horse battery'
/** What two people have agreed on aloud. */
const SPOKEN = { HUFU_CODE: 'the quick brown fox' }

let served: Served
let operator: Operator
let shells: ReturnType<typeof shellsAt>

before(async () => {
  served = await serve({ HUFU_ENROLMENTS_PER_SOURCE: '1000', HUFU_GUESSES_PER_SOURCE: '1000' })
  operator = await operatorOf(served)
  shells = shellsAt(served.origin, { HUFU_KEY_PASSPHRASE: PASSPHRASE })
})
after(async () => {
  await shells.close()
  await served.stop()
})

/** A new key of `user` in this shell, which opens quickly. */
async function enrol(
  { home }: Shell,
  user: string,
  name = 'default',
  [by, at]: readonly [Operator, Served] = [operator, served],
): Promise<void> {
  await enrolHere(home, at.origin, await by.invite(user), { passphrase: PASSPHRASE, name })
}

/** A shell with such a key. */
async function shellOf(user: string): Promise<Shell> {
  const shell = await shells.open()
  await enrol(shell, user)
  return shell
}

/** Rings `user`, says a line, and leaves. */
async function ring(shell: Shell, user: string, more = '') {
  const key = more.includes('--key') ? '' : ' --key default'
  const line = `pair --to ${user}@localhost${key}${more}`
  return shell.run(line, { env: SPOKEN, stdin: 'hello\n' })
}

describe('a key in the pocket', () => {
  test('moves from one terminal to another, and each is released from the other', async () => {
    const ann = await shellOf('ann')
    assert.equal((await ann.run('whoami')).code, 'ERR_SIGNIN_NONE')
    const desk = (await ann.run('signin --as desk')).event('bound')
    const bench = (await ann.run('signin --as bench')).event('bound')
    assert.notEqual(desk['terminal'], bench['terminal'])
    const who = await ann.run('whoami --as bench')
    assert.equal(who.event('bound')['user'], 'ann@localhost')
    assert.equal(who.event('elsewhere')['terminal'], desk['terminal'])
    const short = String(desk['terminal']).slice(0, 8)
    assert.equal((await ann.run(`release --as bench --terminal ${short}`)).exit, 0)
    assert.equal((await ann.run('whoami --as desk')).code, 'ERR_SIGNIN_NONE')
    assert.equal((await ann.run('release --as bench')).exit, 0)
    assert.equal((await ann.run('whoami --as bench')).code, 'ERR_SIGNIN_NONE')
    const again = await ann.run('release --as bench')
    assert.equal(again.code, 'ERR_SIGNIN_NONE')
    assert.equal(again.exit, 3)
  })

  test('a shared terminal passes from one user to the next, and only its user releases it', async () => {
    const desk = await shells.open()
    await enrol(desk, 'bea', 'beas')
    await enrol(desk, 'cid', 'cids')
    assert.match(
      String((await desk.run('signin')).event('error')['message']),
      /--key beas, --key cids/,
    )
    assert.equal((await desk.run('signin bea')).event('bound')['user'], 'bea@localhost')
    const other = await desk.run('signin cid')
    assert.equal(other.code, 'ERR_TERMINAL_IN_USE')
    assert.equal(other.exit, 3)
    assert.equal((await desk.run('release --key cids')).code, 'ERR_RELEASE_REFUSED')
    assert.equal((await desk.run('signin --key beas')).exit, 0, 'the same user again')
    assert.equal((await desk.run('release')).exit, 0)
    assert.equal((await desk.run('signin cid@localhost')).event('bound')['user'], 'cid@localhost')
  })

  test('a second key vouched for by the first, and either revoked by the other', async () => {
    const dan = await shellOf('dan')
    const added = (await dan.run('key add --name spare')).event('enrolled')
    assert.equal(added['user'], 'dan@localhost')
    assert.equal((await dan.run('key add --name spare')).code, 'ERR_KEY_EXISTS')
    const keys = await dan.run('key list')
    assert.deepEqual(
      keys.events.map(({ name }) => name),
      ['default', 'spare'],
    )
    assert.equal((await dan.run('signin --key default')).exit, 0)
    // one ID of 64 begins with a hyphen
    const unknown = await dan.run(`key revoke-own ${'-'.padEnd(43, 'A')} --key spare`)
    assert.equal(unknown.code, 'ERR_KEY_UNKNOWN')
    const revoked = await dan.run('key revoke-own default --key spare')
    assert.equal(revoked.exit, 0, JSON.stringify(revoked.events))
    assert.equal((await dan.run('whoami')).code, 'ERR_SIGNIN_NONE', 'its sign-in has ended')
    assert.equal((await dan.run('signin --key default')).code, 'ERR_KEY_REVOKED')
    assert.equal((await dan.run('signin --key spare')).exit, 0)
    const last = await dan.run('key revoke-own spare --key spare')
    assert.equal(last.code, 'ERR_RELEASE_REFUSED', 'not the only one that is left')
  })

  test('an invitation is good once, by whichever shell', async () => {
    const [one, other] = [await shells.open(), await shells.open()]
    const code = await operator.invite('eve')
    assert.equal((await one.run('key new', { env: { HUFU_CODE: code } })).exit, 0)
    const again = await other.run('key new', { env: { HUFU_CODE: code } })
    assert.equal(again.code, 'ERR_ENROL_CODE')
    assert.equal(again.exit, 3)
    assert.deepEqual((await other.run('key list')).events, [], 'nothing is left behind')
    const mistyped = await other.run('key new', { env: { HUFU_CODE: 'ABCD' } })
    assert.equal(mistyped.code, 'ERR_ENROL_CODE')
    const read = await other.run('key new --code-stdin', {
      stdin: `${await operator.invite('eve')}\n`,
    })
    assert.equal(read.exit, 0, JSON.stringify(read.events))
  })
})

describe('a key in a file', () => {
  test('does not open by a wrong passphrase, and a damaged one says so', async () => {
    const fay = await shellOf('fay')
    const wrong = await fay.run('signin', {
      env: { HUFU_KEY_PASSPHRASE: 'correct horse batterie' },
    })
    assert.equal(wrong.code, 'ERR_KEY_PASSPHRASE')
    assert.equal(wrong.exit, 3)
    const path = join(fay.home, 'keys', 'default.json')
    const text = await readFile(path, 'utf8')
    const box = /"box": "(.)/.exec(text)![1]!
    await writeFile(path, text.replace(/"box": "./, `"box": "${box === 'A' ? 'B' : 'A'}`))
    const damaged = await fay.run('signin')
    assert.equal(damaged.code, 'ERR_KEY_FILE')
    assert.equal(damaged.exit, 8)
    await writeFile(path, text.slice(0, 200))
    assert.equal((await fay.run('signin')).exit, 2)
    assert.equal(
      (await fay.run('key new', { env: { HUFU_CODE: 'x' } })).exit,
      2,
      'nor written over',
    )
  })

  test('keeps its secrets to itself: no process shows them', async () => {
    const gil = await shells.open()
    const code = await operator.invite('gil')
    const weak = { HUFU_CODE: code, HUFU_KEY_PASSPHRASE: 'too short' }
    assert.equal((await gil.run('key new', { env: weak })).code, 'ERR_USAGE')
    assert.equal((await gil.run('key new', { env: { HUFU_CODE: code } })).exit, 0)
    assert.equal((await gil.run('key remove default')).code, 'ERR_USAGE', 'nobody was asked')
    assert.equal((await gil.run('key remove default --yes')).exit, 0)
    assert.equal((await gil.run('signin')).code, 'ERR_KEY_ABSENT')
  })
})

describe('ringing a user', () => {
  test('shows each other verified; whoever lost a key recovers it, and contacts raise the alarm', async () => {
    const [hal, ida] = [await shellOf('hal'), await shells.open()]
    const made = await ida.run('key new', { env: { HUFU_CODE: await operator.invite('ida') } })
    assert.equal(made.exit, 0, JSON.stringify(made.events))
    const { user, recovery } = made.event('enrolled')
    assert.equal(user, 'ida@localhost')
    await ida.run('signin')
    const listen = async (more = '') => {
      const listening = ida.start(`pair --listen${more}`, { env: SPOKEN })
      await listening.event(({ event }) => event === 'waiting')
      listening.child.stdin!.end('hello\n')
      return listening
    }
    const first = await listen()
    const met = (await ring(hal, 'ida')).event('identified')
    assert.deepEqual([met['user'], met['verified'], met['pinned']], ['ida@localhost', true, 'new'])
    const back = await first.event(({ event }) => event === 'identified')
    assert.deepEqual([back['user'], back['verified']], ['hal@localhost', true])
    assert.equal(await first.ended, 0)

    // The key is lost; the code that was written down makes another, and the old one is revoked.
    const lost = (await ida.run('key list')).event('key')
    await ida.run('key remove default --yes')
    const recovered = await ida.run('key recover', { env: { HUFU_CODE: String(recovery) } })
    assert.equal(recovered.exit, 0, JSON.stringify(recovered.events))
    assert.notEqual(recovered.event('enrolled')['key'], lost['key'])
    const all = (await ida.run('key list --all')).events
    assert.deepEqual(
      all.map(({ name, key }) => [name, key]),
      [
        [null, lost['key']],
        ['default', recovered.event('enrolled')['key']],
      ],
    )
    const released = await ida.run('release')
    assert.equal(released.exit, 0, JSON.stringify(released.events))
    const old = await ida.run(`key revoke-own ${lost['key'] as string}`)
    assert.equal(old.exit, 0, JSON.stringify(old.events))
    const used = await ida.run('key recover --name x', { env: { HUFU_CODE: String(recovery) } })
    assert.equal(used.code, 'ERR_ENROL_CODE')
    await ida.run('signin')

    const second = await listen()
    const alarmed = await ring(hal, 'ida')
    assert.equal(alarmed.code, 'ERR_IDENTITY_CHANGED')
    assert.equal(alarmed.exit, 3)
    assert.deepEqual(
      alarmed.events.filter(({ event }) => event === 'text'),
      [],
    )
    assert.notEqual(await second.ended, 0)

    const third = await listen()
    const accepted = (await ring(hal, 'ida', ' --accept-changed-key')).event('identified')
    assert.deepEqual([accepted['verified'], accepted['pinned']], [true, 'changed'])
    assert.equal(await third.ended, 0)
    const fourth = await listen()
    assert.equal((await ring(hal, 'ida')).event('identified')['pinned'], 'same')
    assert.equal(await fourth.ended, 0)
    const pins = (await hal.run('contacts')).events.filter(({ event }) => event === 'pin')
    assert.deepEqual(
      pins.map(({ user }) => user),
      ['ida@localhost', 'ida@localhost'],
    )
    assert.equal((await hal.run('contacts forget ida@localhost')).exit, 0)
    assert.deepEqual((await hal.run('contacts')).events, [])
  })

  test('rings at every terminal of the user, and the first to answer takes it', async () => {
    const [jon, kim] = [await shellOf('jon'), await shellOf('kim')]
    const places = ['desk', 'bench'].map((as) =>
      jon.start(`signin --stay --as ${as}`, { env: SPOKEN }),
    )
    for (const place of places) await place.event(({ event }) => event === 'waiting')
    const rung = await ring(kim, 'jon')
    assert.equal(rung.exit, 0, JSON.stringify(rung.events))
    assert.equal(rung.event('identified')['user'], 'jon@localhost')
    for (const place of places) await place.event(({ event }) => event === 'ringing')
    const took = places.filter(({ events }) => events.some(({ event }) => event === 'paired'))
    assert.equal(took.length, 1)
    const [other] = places.filter((place) => place !== took[0])
    await other!.event(({ event }) => event === 'failed')
    assert.deepEqual(
      other!.events.filter(({ event }) => event === 'error'),
      [],
      'it stays, for the next',
    )
    const again = await ring(kim, 'jon')
    assert.equal(again.exit, 0, 'both are there again')
    for (const { child } of places) child.kill('SIGTERM')
    for (const { ended } of places) assert.equal(await ended, 143)
  })

  test('a terminal that stays is released from beside it, and by an operator with a reason', async () => {
    const lea = await shellOf('lea')
    const stay = async () => {
      const staying = lea.start('signin --stay', { env: SPOKEN })
      await staying.event(({ event }) => event === 'waiting')
      return staying
    }
    const first = await stay()
    assert.equal((await lea.run('whoami')).event('bound')['user'], 'lea@localhost')
    assert.match(String((await lea.run('signin')).event('error')['message']), /stays here already/)
    assert.equal((await lea.run('release')).exit, 0)
    assert.equal(await first.ended, 6)

    const at = (await lea.run('signin')).event('bound')['terminal']
    const listening = lea.start('pair --listen', { env: SPOKEN })
    await listening.event(({ event }) => event === 'waiting')
    await operator.call('POST', `/bindings/${String(at)}/release`, { reason: 'no visitors' })
    assert.equal(await listening.ended, 6, 'it would listen in vain')

    const second = await stay()
    const { terminal } = await second.event(({ event }) => event === 'bound')
    await operator.call('POST', `/bindings/${String(terminal)}/release`, {
      reason: 'the desk moves',
    })
    const told = await second.event(({ event }) => event === 'released')
    assert.deepEqual([told['code'], told['reason']], ['ERR_BINDING_FORCED', 'the desk moves'])
    assert.equal(await second.ended, 6)
    assert.match(second.events.at(-1)!['message'] as string, /the desk moves/)
    assert.equal((await lea.run('whoami')).code, 'ERR_SIGNIN_NONE')
  })

  test('without a key to show, the other is told; nobody is told who is there', async () => {
    const [max, nan] = [await shellOf('max'), await shells.open()]
    await max.run('signin')
    assert.equal((await nan.run('pair --listen', { env: SPOKEN })).code, 'ERR_SIGNIN_NONE')
    assert.equal((await nan.run('pair --to M@x@y', { env: SPOKEN })).code, 'ERR_USER_ID')
    const listening = max.start('pair --listen', { env: SPOKEN })
    await listening.event(({ event }) => event === 'waiting')
    listening.child.stdin!.end()
    const rung = await nan.run('pair --to Max@localhost', { env: SPOKEN, stdin: 'hello\n' })
    assert.equal(rung.exit, 0, JSON.stringify(rung.events))
    const seen = rung.event('identified')
    assert.deepEqual([seen['verified'], seen['user']], [false, 'max@localhost'])
    assert.equal(seen['code'], 'ERR_CERT_ISSUER', 'a shell that never enrolled trusts nobody')
    const showed = await listening.event(({ event }) => event === 'identified')
    assert.deepEqual([showed['verified'], showed['user'], showed['code']], [false, null, null])
  })
})

describe('a terminal’s chip', () => {
  test('signs in and releases its own terminal, and nothing else', async () => {
    const desk = await shells.open()
    const code = await operator.invite('ora', 'terminal')
    assert.equal((await desk.run('signin --chip')).code, 'ERR_CHIP_UNKNOWN')
    const made = await desk.run('terminal enrol --unattended', { env: { HUFU_CODE: code } })
    assert.equal(made.exit, 0, JSON.stringify(made.events))
    assert.equal(made.event('enrolled')['user'], 'ora@localhost')
    assert.equal((await desk.run('signin --chip')).event('bound')['by'], 'chip')
    assert.equal((await desk.run('whoami')).event('bound')['user'], 'ora@localhost')
    await enrol(desk, 'pia')
    assert.equal((await desk.run('signin --key default')).code, 'ERR_TERMINAL_IN_USE')
    assert.equal((await desk.run('release --chip')).exit, 0)
    assert.equal((await desk.run('signin --key default')).exit, 0)
    assert.equal((await desk.run('release --chip')).code, 'ERR_RELEASE_REFUSED')
    assert.equal((await desk.run('signin --chip --as other')).code, 'ERR_CHIP_UNKNOWN')
  })
})

describe('a server of one’s own', () => {
  const setting: Record<string, string> = { HUFU_CERTIFICATE_LIFETIME_MS: '3600000' }
  let own: Served
  let root: Operator
  let at: ReturnType<typeof shellsAt>
  before(async () => {
    own = await serve(setting)
    root = await operatorOf(own)
    at = shellsAt(own.origin, { HUFU_KEY_PASSPHRASE: PASSPHRASE })
  })
  after(async () => {
    await at.close()
    await own.stop()
  })

  test('is started anew: who stays is rung again, certificates are renewed, sign-ins hold', async () => {
    const [qi, rod] = [await at.open(), await at.open()]
    await enrol(qi, 'qi', 'default', [root, own])
    await enrol(rod, 'rod', 'default', [root, own])
    const before = (await rod.run('key list')).event('key')
    const staying = qi.start('signin --stay', { env: SPOKEN })
    await staying.event(({ event }) => event === 'waiting')
    // From now on a certificate of an hour is near its end.
    setting['HUFU_CERTIFICATE_LIFETIME_MS'] = '86400000'
    const told = staying.events.length
    await own.restart()
    const again = ({ event }: { event: string }): boolean =>
      event === 'waiting' && staying.events.slice(told).some((each) => each.event === 'waiting')
    await staying.event(again)
    const renewed = (await rod.run('signin')).event('renewed')
    const kept = (await rod.run('key list')).event('key')
    assert.equal(kept['expires'], renewed['expires'])
    assert.ok(String(kept['expires']) > String(before['expires']))
    assert.equal(kept['key'], before['key'], 'what it is pinned by stays')
    const { events } = await rod.run('signin')
    assert.ok(!events.some(({ event }) => event === 'renewed'), 'once is enough')
    const rung = await ring(rod, 'qi')
    assert.equal(rung.exit, 0, JSON.stringify(rung.events))
    assert.equal(rung.event('identified')['verified'], true)
    staying.child.kill('SIGTERM')
    assert.equal(await staying.ended, 143)
    assert.equal((await qi.run('whoami')).event('bound')['user'], 'qi@localhost')
  })

  test('may have the newest sign-in take over: the terminal before it is told', async () => {
    setting['HUFU_BINDING_POLICY'] = 'newest'
    await own.restart()
    const sue = await at.open()
    await enrol(sue, 'sue', 'default', [root, own])
    const first = sue.start('signin --stay --as desk', { env: SPOKEN })
    await first.event(({ event }) => event === 'waiting')
    assert.equal((await sue.run('signin --as bench')).exit, 0)
    assert.equal(await first.ended, 6)
    assert.equal(first.events.at(-1)!['code'], 'ERR_BINDING_TAKEN')
    assert.equal((await sue.run('whoami --as desk')).code, 'ERR_SIGNIN_NONE')
    assert.equal((await sue.run('whoami --as bench')).event('bound')['user'], 'sue@localhost')
  })
})

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { random, Secret } from '@hufu/protocol/crypto'
import {
  enrolled,
  newSoftwareSecrets,
  softwareKey,
  type SecurityKey,
} from '@hufu/protocol/identity'
import { newInvitation } from '@hufu/protocol/signin'
import { terminalIdOf } from '@hufu/protocol/wire'
import { fakeClock, type FakeClock } from '../clock.testing.ts'
import { openLine, type Line } from '../connection/line.ts'
import type { FromServer, FromTerminal } from '../connection/messages.ts'
import { serverEnds, type ServerEnd } from '../connection/server.testing.ts'
import { softwareChip } from './chip.ts'
import { ALL_MESSAGES } from './messages.ts'
import { startSignin, type Signin, type SigninEvent } from './signin.ts'

/*
 * What the library does with a server's answers. What a server does with what the library says, test/system shows with a
 * real one.
 */

const USER = 'ann@hufu.example'
const WALL = 1_790_000_000_000
const HOUR = 3_600_000

interface Rig {
  readonly clock: FakeClock
  readonly ends: ServerEnd[]
  readonly line: Line
  readonly signin: Signin
  readonly events: SigninEvent[]
}

function rig(): Rig {
  const clock = fakeClock()
  const { open, ends } = serverEnds()
  const events: SigninEvent[] = []
  const line = openLine({
    server: 'http://hufu.example',
    terminalSeed: new Secret(random(32)),
    messages: ALL_MESSAGES,
    ports: { clock, openSocket: open },
  })
  const signin = startSignin({
    line,
    issuers: () => [],
    on: (event) => events.push(event),
    nowUnixMs: () => WALL + clock.now(),
  })
  return { clock, ends, line, signin, events }
}

/** A key whose certificates nobody looks at here. */
function key(user = USER): SecurityKey {
  const certificates = { signing: random(40), agreement: random(40) }
  return enrolled(softwareKey(newSoftwareSecrets(random), 'software'), user, certificates)
}

const settled = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve))

/** The last thing that the terminal has said, which must be of this kind. */
async function said<T extends FromTerminal['type']>(
  end: ServerEnd,
  type: T,
): Promise<Extract<FromTerminal, { type: T }>> {
  await settled()
  const last = end.heard.at(-1)!
  assert.equal(last.type, type)
  return last as Extract<FromTerminal, { type: T }>
}

/** Answers an `ask` with a challenge. */
async function challenge(
  end: ServerEnd,
  more: Partial<Extract<FromServer, { type: 'signin.challenge' }>> = {},
): Promise<Extract<FromTerminal, { type: 'signin.ask' }>> {
  const asked = await said(end, 'signin.ask')
  end.say({
    type: 'signin.challenge',
    ref: asked.ref,
    challenge: random(32),
    user: asked.user,
    offered: [],
    lifetimeMs: 60_000,
    ...more,
  })
  return asked
}

const bound = (ref: number, more: Partial<Extract<FromServer, { type: 'signin.bound' }>> = {}) =>
  ({
    type: 'signin.bound',
    ref,
    user: USER,
    by: 'key',
    since: WALL,
    expires: WALL + 12 * HOUR,
    renew: false,
    ...more,
  }) as const

/** Signs in, with the server going along. */
async function signedIn({ ends, signin }: Rig, how: 'signIn' | 'stay' = 'signIn'): Promise<void> {
  const end = ends.at(-1)!
  const promise = signin[how](key())
  await challenge(end)
  const { ref } = await said(end, 'signin.prove')
  end.say(bound(ref))
  await promise
}

describe('signing in', () => {
  test('waits for the connection, proves, and tells what the server says', async () => {
    const { ends, signin, events } = rig()
    const promise = signin.signIn(key())
    await settled()
    ends[0]!.greet()
    const asked = await challenge(ends[0]!)
    assert.deepEqual(asked, {
      type: 'signin.ask',
      ref: asked.ref,
      act: 'sign-in',
      by: 'key',
      user: USER,
    })
    const proof = await said(ends[0]!, 'signin.prove')
    assert.equal(proof.ref, asked.ref)
    assert.equal(proof.user, USER)
    ends[0]!.say(bound(proof.ref))
    const where = { user: USER, by: 'key', since: WALL, expires: WALL + 12 * HOUR } as const
    assert.deepEqual(await promise, where)
    assert.deepEqual(events, [{ type: 'bound', ...where }])
  })

  test('a refusal has its code, one of a newer server is unexpected', async () => {
    for (const [code, known] of [
      ['ERR_TERMINAL_IN_USE', 'ERR_TERMINAL_IN_USE'],
      ['ERR_FROM_TOMORROW', 'ERR_WIRE_UNEXPECTED'],
    ] as const) {
      const { ends, signin } = rig()
      ends[0]!.greet()
      const promise = signin.signIn(key())
      await challenge(ends[0]!)
      const { ref } = await said(ends[0]!, 'signin.prove')
      ends[0]!.say({ type: 'refused', ref, code })
      await assert.rejects(promise, { code: known })
    }
  })

  test('a server that binds somebody else is not believed', async () => {
    const { ends, signin, events } = rig()
    ends[0]!.greet()
    const promise = signin.signIn(key())
    await challenge(ends[0]!)
    const { ref } = await said(ends[0]!, 'signin.prove')
    ends[0]!.say(bound(ref, { user: 'eve@hufu.example' }))
    await assert.rejects(promise, { code: 'ERR_CERT_USER' })
    assert.deepEqual(events, [])
  })

  test('an answer of another kind, or to another number, is none', async () => {
    const { ends, signin } = rig()
    ends[0]!.greet()
    const promise = signin.signIn(key())
    const { ref } = await challenge(ends[0]!)
    await said(ends[0]!, 'signin.prove')
    ends[0]!.say(bound(ref + 1))
    ends[0]!.say({ type: 'signin.done', ref })
    await assert.rejects(promise, { code: 'ERR_WIRE_UNEXPECTED' })
  })

  test('a lost connection ends what is under way, silence too', async () => {
    const lost = rig()
    lost.ends[0]!.greet()
    const first = lost.signin.signIn(key())
    await challenge(lost.ends[0]!)
    await said(lost.ends[0]!, 'signin.prove')
    lost.ends[0]!.lose()
    await assert.rejects(first, { code: 'ERR_UNREACHABLE' })

    const silent = rig()
    silent.ends[0]!.greet()
    const second = silent.signin.signIn(key())
    await said(silent.ends[0]!, 'signin.ask')
    silent.clock.advance(20_000)
    await assert.rejects(second, { code: 'ERR_UNREACHABLE' })
  })

  test('nothing is answered after close, and nothing begun', async () => {
    const { ends, signin } = rig()
    ends[0]!.greet()
    const promise = signin.whereabouts()
    await said(ends[0]!, 'signin.where')
    signin.close()
    await assert.rejects(promise, { code: 'ERR_INTERRUPTED' })
    await assert.rejects(signin.whereabouts(), { code: 'ERR_INTERRUPTED' })
  })

  test('those who were here before are offered, if they can be users', async () => {
    const { ends, signin } = rig()
    ends[0]!.greet()
    const promise = signin.offered()
    const asked = await challenge(ends[0]!, { offered: ['ann@hufu.example', 'N\u0007!'] })
    assert.equal(asked.user, null)
    assert.deepEqual(await promise, ['ann@hufu.example'])
  })

  test('certificates that cannot be renewed do not end the sign-in', async () => {
    const { ends, signin, events } = rig()
    ends[0]!.greet()
    const promise = signin.signIn(key())
    await challenge(ends[0]!)
    const { ref } = await said(ends[0]!, 'signin.prove')
    ends[0]!.say(bound(ref, { renew: true }))
    const renewal = await challenge(ends[0]!)
    assert.equal(renewal.act, 'renew')
    const proof = await said(ends[0]!, 'signin.prove')
    const certificates = { signing: random(50), agreement: random(50) }
    ends[0]!.say({
      type: 'signin.issued',
      ref: proof.ref,
      user: USER,
      certificates,
      issuers: [],
      tag: null,
    })
    assert.equal((await promise).user, USER)
    assert.deepEqual(
      events.map(({ type }) => type),
      ['bound', 'unrenewed'],
    )
  })
})

describe('a sign-in that ends', () => {
  test('is told with its code and an operator’s reason', async () => {
    const all = rig()
    all.ends[0]!.greet()
    await signedIn(all)
    const gone = { user: USER, code: 'ERR_BINDING_FORCED', reason: 'the desk is moved' } as const
    all.ends[0]!.say({ type: 'signin.released', ...gone })
    assert.deepEqual(all.events.at(-1), { type: 'released', ...gone })
    all.ends[0]!.say({ type: 'signin.released', user: USER, code: 'ERR_FROM_TOMORROW', reason: '' })
    assert.deepEqual(all.events.at(-1), {
      type: 'released',
      user: USER,
      code: 'ERR_BINDING_RELEASED',
      reason: '',
    })
  })

  test('while the connection was lost is found out when it is back', async () => {
    const all = rig()
    all.ends[0]!.greet()
    await signedIn(all)
    all.ends[0]!.lose()
    all.clock.advance(10_000)
    all.ends[1]!.greet()
    const { ref } = await said(all.ends[1]!, 'signin.where')
    all.ends[1]!.say({ type: 'signin.here', ref, here: null, elsewhere: [] })
    await settled()
    assert.equal(all.events.at(-1)?.type, 'released')
  })

  test('by the key here or elsewhere names the terminal', async () => {
    const all = rig()
    all.ends[0]!.greet()
    await signedIn(all)
    const other = random(32)
    for (const terminal of [undefined, other]) {
      const promise = all.signin.release(key(), terminal)
      const asked = await challenge(all.ends[0]!)
      assert.equal(asked.act, 'release')
      const proof = await said(all.ends[0]!, 'signin.prove')
      assert.deepEqual(proof.subject, terminal ?? terminalIdOf(all.line.key.publicKey))
      all.ends[0]!.say({ type: 'signin.done', ref: proof.ref })
      await promise
    }
  })
})

describe('staying', () => {
  test('signs in again at half of what is left, and no more once it has ended', async () => {
    const all = rig()
    const [end] = all.ends
    end!.greet({ heartbeatMs: 100_000_000 })
    await signedIn(all, 'stay')
    const before = end!.heard.length
    all.clock.advance(6 * HOUR - 1)
    await settled()
    assert.equal(end!.heard.filter(({ type }) => type !== 'ping').length, before)
    all.clock.advance(1)
    const asked = await challenge(end!)
    assert.equal(asked.act, 'sign-in')
    const { ref } = await said(end!, 'signin.prove')
    end!.say(bound(ref, { expires: WALL + 18 * HOUR }))
    await settled()
    end!.say({ type: 'signin.released', user: USER, code: 'ERR_BINDING_TAKEN', reason: '' })
    const then = end!.heard.length
    all.clock.advance(24 * HOUR)
    await settled()
    assert.deepEqual(
      end!.heard.slice(then).filter(({ type }) => type !== 'ping'),
      [],
    )
  })

  test('tries again where it could not', async () => {
    const all = rig()
    all.ends[0]!.greet({ heartbeatMs: 100_000_000 })
    await signedIn(all, 'stay')
    all.clock.advance(6 * HOUR)
    const asked = await said(all.ends[0]!, 'signin.ask')
    all.ends[0]!.say({ type: 'refused', ref: asked.ref, code: 'ERR_BUSY' })
    await settled()
    assert.deepEqual(all.events.at(-1), { type: 'unrenewed', code: 'ERR_BUSY' })
    all.clock.advance(3 * HOUR)
    await said(all.ends[0]!, 'signin.ask')
  })
})

describe('a chip', () => {
  test('signs in the user of the challenge, and is unknown without one', async () => {
    const { ends, signin } = rig()
    ends[0]!.greet()
    const chip = softwareChip(new Secret(random(32)))
    const promise = signin.signIn(chip)
    const asked = await challenge(ends[0]!, { user: USER })
    assert.deepEqual([asked.by, asked.user], ['chip', null])
    const { ref } = await said(ends[0]!, 'signin.chip')
    ends[0]!.say(bound(ref, { by: 'chip' }))
    assert.equal((await promise).by, 'chip')
    const unknown = signin.signIn(chip)
    await challenge(ends[0]!, { user: null })
    await assert.rejects(unknown, { code: 'ERR_CHIP_UNKNOWN' })
  })
})

describe('enrolling', () => {
  test('what is no invitation is not sent', async () => {
    const { ends, signin } = rig()
    ends[0]!.greet()
    const before = ends[0]!.heard.length
    await assert.rejects(signin.enrol(key(), '7Q2M-K0ZD'), { code: 'ERR_ENROL_CODE' })
    assert.equal(ends[0]!.heard.length, before)
  })

  test('an answer that the invitation does not speak for is refused', async () => {
    const { ends, signin } = rig()
    ends[0]!.greet()
    const promise = signin.enrol(key(), newInvitation(random))
    const { ref, fresh } = await said(ends[0]!, 'signin.enrol')
    assert.equal(fresh.kind, 'software')
    const certificates = { signing: random(50), agreement: random(50) }
    const answer = { user: USER, certificates, issuers: [], tag: random(32) }
    ends[0]!.say({ type: 'signin.issued', ref, ...answer })
    await assert.rejects(promise, { code: 'ERR_ENROL_CODE' })
  })

  test('asks again, by the same key and for the same recovery code, if the answer is lost', async () => {
    const { ends, signin, clock } = rig()
    ends[0]!.greet()
    const promise = signin.enrol(key(), newInvitation(random))
    const first = await said(ends[0]!, 'signin.enrol')
    ends[0]!.lose()
    await settled()
    clock.advance(10_000)
    ends[1]!.greet()
    const again = await said(ends[1]!, 'signin.enrol')
    assert.deepEqual(again.fresh, first.fresh)
    ends[1]!.say({ type: 'refused', ref: again.ref, code: 'ERR_ENROL_CODE' })
    await assert.rejects(promise, { code: 'ERR_ENROL_CODE' })
  })
})

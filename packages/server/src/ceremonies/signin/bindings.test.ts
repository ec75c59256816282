import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { random, Secret } from '@hufu/protocol/crypto'
import { prove } from '@hufu/protocol/signin'
import { chipKeyOf, enrolChip, invitationKeys, proveByChip } from '@hufu/protocol/signin'
import type { ServerMessage } from '../../messages.ts'
import { answer, ask, channelAt, conclude, confirm } from '../../pairing.testing.ts'
import { testServer } from '../../server.testing.ts'
import {
  challengeFor,
  codeOf,
  houseOf,
  placeAt,
  proveAt,
  signIn,
  testHouse,
  type TestHouse,
} from '../../signin.testing.ts'
import { testTerminal, type TestTerminal } from '../../terminal.testing.ts'

const MINUTE = 60_000
const WORDS = 'a passphrase of theirs'

describe('a sign-in', () => {
  test('ends when its time is over, and its terminal is told', async (t) => {
    const house = await testHouse(t, { bindingLifetimeMs: 10 * MINUTE })
    const [ann, bob] = [await house.keyOf('ann'), await house.keyOf('bob')]
    const terminal = await house.terminal()
    await signIn(house, terminal, ann)
    house.clock.advance(10 * MINUTE - 1)
    assert.equal(await userAt(terminal), ann.user)
    house.clock.advance(1)
    assert.equal((await terminal.next('signin.released')).code, 'ERR_BINDING_EXPIRED')
    assert.equal(await userAt(terminal), undefined)
    await signIn(house, terminal, bob)
  })

  test('of a terminal that is gone ends after its grace, and lasts while it is there', async (t) => {
    const house = await testHouse(t, { bindingGraceMs: 8 * MINUTE })
    const [ann, bob] = [await house.keyOf('ann'), await house.keyOf('bob')]
    const [stays, leaves] = [await house.terminal(), await house.terminal()]
    await signIn(house, stays, ann)
    await signIn(house, leaves, bob)
    for (let i = 0; i < 30; i += 1) {
      house.clock.advance(MINUTE)
      await stays.settle()
    }
    assert.equal(await userAt(leaves), bob.user)
    leaves.close()
    await leaves.closed
    await stays.settle()
    for (let i = 0; i < 12; i += 1) {
      house.clock.advance(MINUTE)
      await stays.settle()
    }
    const back = await testTerminal(house.name, leaves.key)
    back.send({ type: 'signin.where', ref: 1 })
    assert.equal((await back.next('signin.released')).code, 'ERR_BINDING_EXPIRED')
    assert.equal((await back.next('signin.here')).here, null)
    assert.equal(await userAt(stays), ann.user)
  })

  test('ends those before it, where the newest counts', async (t) => {
    const house = await testHouse(t, { bindingPolicy: 'newest' })
    const ann = await house.keyOf('ann')
    const [first, second] = [await house.terminal(), await house.terminal()]
    await signIn(house, first, ann)
    await signIn(house, second, ann)
    assert.equal((await first.next('signin.released')).code, 'ERR_BINDING_TAKEN')
    assert.deepEqual([await userAt(first), await userAt(second)], [undefined, ann.user])
    await signIn(house, second, ann)
    assert.equal(await userAt(second), ann.user)
  })

  test('outlives a restart, and no challenge does', async (t) => {
    const settings = { deadAfterMs: 1e9 }
    const before = await houseOf(await testServer(t, settings))
    const ann = await before.keyOf('ann')
    const terminal = await before.terminal()
    await signIn(before, terminal, ann)
    const challenge = await challengeFor(terminal, 'release', null, 7)
    await before.close()
    const port = { listen: { host: '127.0.0.1', port: before.port } }
    const server = await testServer(t, { ...settings, ...port, data: before.config.data })
    const back = await testTerminal(server.name, terminal.key)
    assert.equal(await userAt(back), ann.user)
    const what = { act: 'release', place: placeAt(server, back), subject: back.terminal } as const
    back.send(await prove(ann, challenge, what, random))
    assert.equal((await back.next('refused')).code, 'ERR_SIGNIN_CHALLENGE')
    assert.equal(await userAt(back), ann.user)
    const { act, subject } = what
    assert.equal((await proveAt(server, back, ann, { act, subject })).type, 'signin.done')
  })
})

describe('a user is rung', () => {
  test('wherever they are signed in; the first to answer takes it, the others stop', async (t) => {
    const house = await testHouse(t)
    const ann = await house.keyOf('ann')
    const desks = [await attending(house, ann), await attending(house, ann)]
    const requester = await house.terminal()
    const channel = channelAt(requester, 'user', ann.user)
    const asking = await ask(requester, channel, WORDS, 1)
    assert.equal(asking.requested.answerMs, house.config.pairAnswerByNameMs)
    const ring = await desks[0]!.next('pair.ring')
    const answering = await answer(desks[1]!, channel, WORDS)
    const stopped = await desks[0]!.next('pair.verdict')
    assert.deepEqual(
      [stopped.code, stopped.session, stopped.pairing],
      ['ERR_PAIR_ABANDONED', null, ring.pairing],
    )
    // too late: another has taken it
    desks[0]!.send({ type: 'pair.fail', pairing: ring.pairing, reason: 'declined' })
    await Promise.all(desks.map((desk) => desk.settle()))
    house.clock.advance(house.config.pairAnswerStepMs)
    await confirm(requester, asking)
    await conclude(desks[1]!, answering, requester, asking)
    // and both ring again
    await ask(requester, channel, WORDS, 2)
    for (const desk of desks) await desk.next('pair.ring')
  })

  test('in vain: unknown, absent, suspended and declined by all end alike', async (t) => {
    const house = await testHouse(t)
    const [ann, bob, cat] = [
      await house.keyOf('ann'),
      await house.keyOf('bob'),
      await house.keyOf('cat'),
    ]
    const desks = [await attending(house, ann), await attending(house, ann)]
    const away = await attending(house, bob)
    away.close()
    await away.closed
    const suspended = await attending(house, cat)
    await house.api(`POST /users/${cat.user}/suspend`, { reason: 'on leave' })
    await suspended.next('signin.released')
    const requester = await house.terminal()
    const users = [ann.user, bob.user, cat.user, 'nobody@localhost']
    for (const [ref, user] of users.entries())
      await ask(requester, channelAt(requester, 'user', user), WORDS, ref)
    for (const desk of desks) {
      const { pairing } = await desk.next('pair.ring')
      desk.send({ type: 'pair.fail', pairing, reason: 'declined' })
      await desk.settle()
    }
    house.clock.advance(house.config.pairAnswerByNameMs - 1)
    await requester.settle()
    house.clock.advance(1)
    for (const _ of users)
      assert.equal((await requester.next('pair.verdict')).code, 'ERR_PAIR_NO_ANSWER')
    assert.ok(suspended.quiet())
  })

  test('only where somebody is signed in, and no longer', async (t) => {
    const house = await testHouse(t)
    const ann = await house.keyOf('ann')
    const nobody = await house.terminal()
    nobody.send({ type: 'pair.attend', ref: 1 })
    assert.equal((await nobody.next('refused')).code, 'ERR_SIGNIN_NONE')
    const desk = await attending(house, ann)
    const requester = await house.terminal()
    const channel = channelAt(requester, 'user', ann.user)
    await ask(requester, channel, WORDS, 1)
    const { pairing } = await desk.next('pair.ring')
    const id = Buffer.from(desk.terminal).toString('hex')
    await house.api(`POST /bindings/${id}/release`, { reason: 'closing time' })
    assert.equal((await desk.next('signin.released')).code, 'ERR_BINDING_FORCED')
    const stopped = await desk.next('pair.verdict')
    assert.deepEqual([stopped.pairing, stopped.code], [pairing, 'ERR_PAIR_ABANDONED'])
    await ask(requester, channel, WORDS, 2)
    await desk.settle()
    assert.ok(desk.quiet())
    desk.send({ type: 'pair.attend', ref: 2 })
    assert.equal((await desk.next('refused')).code, 'ERR_SIGNIN_NONE')
  })

  test('and guesses at a user are counted, over all sources', async (t) => {
    const house = await testHouse(t, { guessesPerName: 3, guessesPerSource: 1_000 })
    const requester = await house.terminal()
    const channel = channelAt(requester, 'user', 'ann@localhost')
    for (let ref = 0; ref < 3; ref += 1) await ask(requester, channel, WORDS, ref)
    const { sid, share, associated } = { sid: random(16), share: random(32), associated: random(9) }
    const to = { kind: 'user', at: 'ann@localhost' } as const
    requester.send({ type: 'pair.request', ref: 9, to, sid, share, associated })
    assert.equal((await requester.next('refused')).code, 'ERR_PAIR_THROTTLED')
    const bad = { kind: 'user', at: 'Ann@localhost' } as const
    requester.send({ type: 'pair.request', ref: 9, to: bad, sid, share, associated })
    assert.equal((await requester.next('refused')).code, 'ERR_PAIR_ADDRESS')
  })
})

describe('a terminal’s chip', () => {
  test('signs in, rings and releases without a key, at its own terminal', async (t) => {
    const house = await testHouse(t)
    const terminal = await house.terminal()
    const key = await enrolled(house, terminal)
    assert.equal((await chipAct(house, terminal, key, 'sign-in')).type, 'signin.bound')
    assert.equal(await userAt(terminal), 'meter@localhost')
    terminal.send({ type: 'pair.attend', ref: 5 })
    assert.equal((await terminal.next('pair.attending')).user, 'meter@localhost')
    assert.equal((await chipAct(house, terminal, key, 'release')).type, 'signin.done')
    assert.equal(await userAt(terminal), undefined)
    assert.equal(codeOf(await chipAct(house, terminal, key, 'release')), 'ERR_SIGNIN_NONE')
  })

  test('that is another’s, or not enrolled, or signs for something else, does not', async (t) => {
    const house = await testHouse(t)
    const [mine, other] = [await house.terminal(), await house.terminal()]
    const key = await enrolled(house, mine)
    other.send({ type: 'signin.ask', ref: 1, act: 'sign-in', by: 'chip', user: null })
    assert.equal((await other.next('refused')).code, 'ERR_CHIP_UNKNOWN')
    const wrong = new Secret(random(32))
    assert.equal(codeOf(await chipAct(house, mine, wrong, 'sign-in')), 'ERR_SIGNIN_PROOF')
    // asked for one thing, tagged for another
    mine.send({ type: 'signin.ask', ref: 2, act: 'sign-in', by: 'chip', user: null })
    const challenge = await mine.next('signin.challenge')
    const what = { act: 'release', place: placeAt(house, mine), user: challenge.user! } as const
    mine.send(proveByChip(key, challenge, what, random))
    assert.equal((await mine.next('refused')).code, 'ERR_SIGNIN_PROOF')
    // it does not speak where a key has to
    const ask = { type: 'signin.ask', ref: 3, act: 'sign-in', by: 'key', user: null } as const
    mine.send(ask)
    mine.send(
      proveByChip(key, await mine.next('signin.challenge'), { ...what, act: 'sign-in' }, random),
    )
    assert.equal((await mine.next('refused')).code, 'ERR_SIGNIN_CHALLENGE')
    const ann = await house.keyOf('ann')
    assert.equal((await chipAct(house, mine, key, 'sign-in')).type, 'signin.bound')
    const foreign = { act: 'release', subject: mine.terminal } as const
    assert.equal(codeOf(await proveAt(house, mine, ann, foreign)), 'ERR_RELEASE_REFUSED')
    await house.api('POST /users/meter@localhost/suspend', { reason: 'stolen' })
    await mine.next('signin.released')
    assert.equal(codeOf(await chipAct(house, mine, key, 'sign-in')), 'ERR_USER_SUSPENDED')
  })

  test('is enrolled with an invitation of its own kind, once', async (t) => {
    const house = await testHouse(t)
    const [first, second] = [await house.terminal(), await house.terminal()]
    const code = await house.invite('meter', 'terminal')
    const send = async (terminal: TestTerminal, used: string): Promise<string> => {
      const what = { ref: 1, place: placeAt(house, terminal) }
      terminal.send(enrolChip(new Secret(random(32)), invitationKeys(used), what, random))
      return codeOf((await terminal.any()) as ServerMessage)
    }
    assert.equal(await send(first, await house.invite('meter', 'key')), 'ERR_ENROL_CODE')
    assert.equal(await send(first, code), 'signin.done')
    assert.equal(await send(second, code), 'ERR_ENROL_CODE')
    assert.equal(await send(first, code), 'signin.done')
  })
})

async function userAt(terminal: TestTerminal): Promise<string | undefined> {
  terminal.send({ type: 'signin.where', ref: 99 })
  return (await terminal.next('signin.here')).here?.user
}

/** A terminal where this user is signed in, and rings. */
async function attending(
  house: TestHouse,
  key: Parameters<typeof signIn>[2],
): Promise<TestTerminal> {
  const terminal = await house.terminal()
  await signIn(house, terminal, key)
  terminal.send({ type: 'pair.attend', ref: 50 })
  const attending = await terminal.next('pair.attending')
  assert.deepEqual([attending.ref, attending.user], [50, key.user])
  return terminal
}

/** Enrols the chip of a terminal for `meter`; its sign-in key. */
async function enrolled(house: TestHouse, terminal: TestTerminal): Promise<Secret> {
  const code = await house.invite('meter', 'terminal')
  const key = chipKeyOf(new Secret(random(32)), terminal.terminal)
  const what = { ref: 1, place: placeAt(house, terminal) }
  terminal.send(enrolChip(key, invitationKeys(code), what, random))
  await terminal.next('signin.done')
  return key
}

async function chipAct(
  house: TestHouse,
  terminal: TestTerminal,
  key: Secret,
  act: 'sign-in' | 'release',
): Promise<ServerMessage> {
  terminal.send({ type: 'signin.ask', ref: 1, act, by: 'chip', user: null })
  const challenge = await terminal.next('signin.challenge')
  const what = { act, place: placeAt(house, terminal), user: challenge.user! }
  terminal.send(proveByChip(key, challenge, what, random))
  return (await terminal.any()) as ServerMessage
}

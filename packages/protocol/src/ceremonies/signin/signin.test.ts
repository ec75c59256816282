import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { hex, utf8 } from '../../crypto/index.ts'
import { keyIdOf } from '../../identity/key-id.ts'
import type { SecurityKey } from '../../identity/security-key.ts'
import { verifyKey } from '../../identity/verify.ts'
import type { ErrorCode, Outcome } from '../../wire/errors.ts'
import { NOW, testIssuer, testKey, trusted } from '../../testing/certificates.testing.ts'
import { at } from '../../testing/clock.testing.ts'
import {
  alice,
  aliceToken,
  authority,
  bob,
  challengeFor,
  grounds,
  octetsOf,
  place,
  softwareKeyOf,
  tokenKeyOf,
} from '../../testing/signin.testing.ts'
import { CHALLENGE_LIMITS, issueChallenge, NO_CHALLENGES, takeChallenge } from './challenges.ts'
import { judge } from './server.ts'
import { prove } from './terminal.ts'

const random = octetsOf('nonces')
const elsewhere = utf8('another terminal of 32 octets...')
const acts = ['sign-in', 'release', 'renew', 'revoke-key'] as const
const subjectOf = (act: (typeof acts)[number]): Uint8Array =>
  act === 'release' || act === 'revoke-key' ? elsewhere : new Uint8Array(0)

/** What the server says to a key that proves one thing where the server waits for another. */
async function verdict(
  { key = softwareKeyOf(alice), act = 'sign-in', where = place }: Partial<Attempt>,
  {
    asked = challengeFor(act),
    at: here = grounds,
  }: { asked?: typeof waits; at?: typeof grounds } = {},
): Promise<string> {
  const message = await prove(key, asked, { act, place: where, subject: subjectOf(act) }, random)
  const outcome = judge(asked, message, here)
  return outcome.ok ? `${outcome.value.key.user} may ${outcome.value.act}` : outcome.code
}

interface Attempt {
  readonly key: SecurityKey
  readonly act: (typeof acts)[number]
  readonly where: typeof place
}
const waits = challengeFor('sign-in')

describe('a key', () => {
  test('proves what was asked for, in software and in a token', async () => {
    for (const act of acts) {
      assert.equal(await verdict({ act }), `alice@example.org may ${act}`)
      const key = tokenKeyOf(aliceToken)
      assert.equal(await verdict({ key, act }), `alice@example.org may ${act}`)
    }
  })

  test('is what its certificates say, and wants what it has signed', async () => {
    const key = softwareKeyOf(alice)
    const asked = challengeFor('release', 'key', 'alice@example.org')
    const what = { act: 'release', place, subject: elsewhere } as const
    const outcome = judge(asked, await prove(key, asked, what, random), grounds)
    assert.ok(outcome.ok)
    const { value } = outcome
    assert.deepEqual(hex(value.subject), hex(elsewhere))
    assert.deepEqual(hex(value.key.keyId), hex(keyIdOf(alice.publicKeys)))
    assert.deepEqual(value.key, good(verifyKey(alice.certificates, grounds.issuers, NOW)))
  })

  test('proves nothing else than what it has signed', async () => {
    for (const act of acts)
      for (const other of acts.filter((each) => each !== act)) {
        const asked = challengeFor(other)
        const codes = await verdict({ act }, { asked })
        assert.equal(codes, 'ERR_SIGNIN_PROOF', `${act} as ${other}`)
      }
  })

  test('proves nothing to another challenge, server or terminal', async () => {
    const older = issueChallenge(
      NO_CHALLENGES,
      { type: 'signin.ask', ref: 1, act: 'sign-in', by: 'key', user: null },
      at(0),
      { random: octetsOf('older') },
    ).issued
    const message = await prove(softwareKeyOf(alice), older, { act: 'sign-in', place }, random)
    assert.deepEqual(judge(waits, message, grounds), { ok: false, code: 'ERR_SIGNIN_PROOF' })
    for (const where of [
      { ...place, serverName: 'hufu.elsewhere:443' },
      { ...place, serverId: utf8('another server!!') },
      { ...place, terminal: elsewhere },
    ])
      assert.equal(await verdict({ where }), 'ERR_SIGNIN_PROOF')
  })

  test('of another user, or another one of the same user, does not stand in', async () => {
    const asked = challengeFor('sign-in', 'key', 'alice@example.org')
    const key = softwareKeyOf(bob, 'bob@example.org')
    assert.equal(await verdict({ key }, { asked }), 'ERR_CERT_USER')
    assert.equal(await verdict({ key }), 'bob@example.org may sign-in')
    const claims = softwareKeyOf(bob, 'alice@example.org')
    assert.equal(await verdict({ key: claims }), 'ERR_CERT_USER')
    const { certificates } = testKey(authority, 'alice, at home')
    const mixed = { ...softwareKeyOf(alice), certificates }
    assert.equal(await verdict({ key: mixed }), 'ERR_SIGNIN_PROOF')
    const half = { ...alice.certificates, agreement: certificates.agreement }
    // both are Alice's own: it is another key, which nobody has enrolled
    assert.equal(
      await verdict({ key: { ...softwareKeyOf(alice), certificates: half } }),
      'alice@example.org may sign-in',
    )
    assert.notDeepEqual(
      good(verifyKey(half, grounds.issuers, NOW)).keyId,
      good(verifyKey(alice.certificates, grounds.issuers, NOW)).keyId,
    )
  })

  test('with bad certificates has their code', async () => {
    const day = 86_400_000
    const strange = testIssuer('stranger')
    const cases: readonly (readonly [ErrorCode, SecurityKey, typeof grounds?])[] = [
      ['ERR_USER_ID', { ...softwareKeyOf(alice), user: 'Alice@example.org' }],
      ['ERR_CERT_ISSUER', softwareKeyOf(testKey(strange, 'alice'))],
      ['ERR_CERT_EXPIRED', softwareKeyOf(alice), { ...grounds, nowUnixMs: NOW + 31 * day }],
      ['ERR_CERT_NOT_YET', softwareKeyOf(alice), { ...grounds, nowUnixMs: NOW - 2 * day }],
      [
        'ERR_CERT_NAMESPACE',
        softwareKeyOf(alice),
        { ...grounds, issuers: [trusted(authority, ['example.com'])] },
      ],
    ]
    for (const [code, key, here] of cases)
      assert.equal(await verdict({ key }, here === undefined ? {} : { at: here }), code)
  })

  test('asked for what only a chip or a further key answers proves nothing', async () => {
    for (const asked of [challengeFor('sign-in', 'chip'), challengeFor('add-key')]) {
      assert.equal(await verdict({}, { asked }), 'ERR_SIGNIN_CHALLENGE')
    }
  })

  test('names what it is about where there is something, and nothing else', async () => {
    for (const [act, subject] of [
      ['release', new Uint8Array(0)],
      ['revoke-key', utf8('short')],
      ['sign-in', elsewhere],
      ['renew', elsewhere],
    ] as const) {
      const asked = challengeFor(act)
      const message = await prove(softwareKeyOf(alice), asked, { act, place, subject }, random)
      assert.deepEqual(judge(asked, message, grounds), { ok: false, code: 'ERR_SIGNIN_PROOF' })
    }
  })
})

describe('challenges', () => {
  const ask = (ref: number) =>
    ({ type: 'signin.ask', ref, act: 'sign-in', by: 'key', user: null }) as const
  const options = { random: octetsOf('challenges') }
  const key = { ref: 1, by: 'key' } as const

  test('are for one proof, in time', () => {
    const { challenges, issued } = issueChallenge(NO_CHALLENGES, ask(1), at(0), options)
    assert.equal(issued.challenge.length, 32)
    const last = takeChallenge(challenges, key, at(CHALLENGE_LIMITS.lifetimeMs - 1))
    assert.deepEqual(last.taken, { ok: true, value: issued })
    const again = takeChallenge(last.challenges, key, at(1))
    assert.deepEqual(again.taken, { ok: false, code: 'ERR_SIGNIN_CHALLENGE' })
    const late = takeChallenge(challenges, key, at(CHALLENGE_LIMITS.lifetimeMs))
    assert.deepEqual(late.taken, { ok: false, code: 'ERR_SIGNIN_EXPIRED' })
    assert.deepEqual(late.challenges, [])
  })

  test('are never the same', () => {
    const first = issueChallenge(NO_CHALLENGES, ask(1), at(0), options)
    const second = issueChallenge(first.challenges, ask(2), at(0), options)
    assert.notDeepEqual(first.issued.challenge, second.issued.challenge)
  })

  test('are for one sort of proof: another spends them', () => {
    const { challenges } = issueChallenge(NO_CHALLENGES, ask(1), at(0), options)
    const wrong = takeChallenge(challenges, { ref: 1, by: 'chip' }, at(1))
    assert.deepEqual(wrong.taken, { ok: false, code: 'ERR_SIGNIN_CHALLENGE' })
    assert.deepEqual(wrong.challenges, [])
  })

  test('under one number replace each other', () => {
    const first = issueChallenge(NO_CHALLENGES, ask(1), at(0), options)
    const second = issueChallenge(first.challenges, ask(1), at(0), options)
    assert.deepEqual(second.challenges, [second.issued])
  })

  test('are few: the oldest goes', () => {
    let challenges = NO_CHALLENGES
    for (let ref = 1; ref <= CHALLENGE_LIMITS.most + 1; ref += 1)
      ({ challenges } = issueChallenge(challenges, ask(ref), at(ref), options))
    assert.equal(challenges.length, CHALLENGE_LIMITS.most)
    const { taken } = takeChallenge(challenges, key, at(9))
    assert.deepEqual(taken, { ok: false, code: 'ERR_SIGNIN_CHALLENGE' })
  })
})

function good<T>(outcome: Outcome<T>): T {
  assert.ok(outcome.ok, outcome.ok ? '' : outcome.code)
  return outcome.value
}

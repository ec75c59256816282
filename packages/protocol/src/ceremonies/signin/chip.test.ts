import assert from 'node:assert/strict'
import { test } from 'node:test'
import { utf8 } from '../../crypto/index.ts'
import { Secret } from '../../crypto/secret.ts'
import type { ErrorCode } from '../../wire/errors.ts'
import { altered } from '../../testing/certificates.testing.ts'
import { challengeFor, invitationOf, octetsOf, place } from '../../testing/signin.testing.ts'
import { judgeEnrolChip } from './server-enrol.ts'
import { judgeChip } from './server.ts'
import { enrolChip } from './terminal-enrol.ts'
import { chipKeyOf, proveByChip } from './terminal.ts'

const random = octetsOf('chips')
const root = new Secret(random(32))
const key = chipKeyOf(root, place.terminal)
const user = 'alice@example.org'
const elsewhere = utf8('another terminal of 32 octets...')
const refused = (code: ErrorCode) => ({ ok: false, code }) as const

test('a chip signs in and releases its own terminal', () => {
  for (const act of ['sign-in', 'release'] as const) {
    const asked = challengeFor(act, 'chip')
    const message = proveByChip(key, asked, { act, place, user }, random)
    assert.deepEqual(judgeChip(asked, message, place, { user, key }), {
      ok: true,
      value: { act, user },
    })
  }
})

test('a chip proves nothing else, nowhere else, for nobody else', () => {
  const asked = challengeFor('sign-in', 'chip')
  const what = { act: 'sign-in', place, user } as const
  const verdict = (made: Partial<typeof what> | { act: 'release' }, by = key) =>
    judgeChip(asked, proveByChip(by, asked, { ...what, ...made }, random), place, { user, key })
  const wrong = refused('ERR_SIGNIN_PROOF')
  assert.deepEqual(verdict({ act: 'release' }), wrong)
  assert.deepEqual(verdict({ place: { ...place, terminal: elsewhere } }), wrong)
  assert.deepEqual(verdict({ place: { ...place, serverName: 'elsewhere' } }), wrong)
  assert.deepEqual(verdict({}, chipKeyOf(root, elsewhere)), wrong)
  const message = proveByChip(key, asked, { ...what, user: 'bob@example.org' }, random)
  assert.deepEqual(judgeChip(asked, message, place, { user, key }), wrong)
  const good = proveByChip(key, asked, what, random)
  assert.deepEqual(
    judgeChip(asked, { ...good, tag: altered(good.tag, 1) }, place, { user, key }),
    wrong,
  )
  const other = { ...asked, challenge: random(32) }
  assert.deepEqual(judgeChip(other, good, place, { user, key }), wrong)
})

test('a chip renews, adds and revokes nothing, and is not asked for another user', () => {
  const good = proveByChip(
    key,
    challengeFor('sign-in', 'chip'),
    { act: 'sign-in', place, user },
    random,
  )
  for (const asked of [
    challengeFor('sign-in', 'key'),
    challengeFor('renew', 'chip'),
    challengeFor('add-key', 'chip'),
    challengeFor('revoke-key', 'chip'),
  ])
    assert.deepEqual(judgeChip(asked, good, place, { user, key }), refused('ERR_SIGNIN_CHALLENGE'))
  const bobs = challengeFor('sign-in', 'chip', 'bob@example.org')
  assert.deepEqual(judgeChip(bobs, good, place, { user, key }), refused('ERR_CERT_USER'))
})

test('a chip is enrolled for this terminal at this server, with this invitation', () => {
  const invitation = invitationOf()
  const message = enrolChip(key, invitation, { ref: 1, place }, random)
  const outcome = judgeEnrolChip(message, invitation, place)
  assert.ok(outcome.ok)
  assert.deepEqual(outcome.value.key.expose(), key.expose())
  const wrong = refused('ERR_ENROL_CODE')
  assert.deepEqual(judgeEnrolChip(message, invitationOf('second'), place), wrong)
  assert.deepEqual(judgeEnrolChip(message, invitation, { ...place, terminal: elsewhere }), wrong)
  const { sealed } = enrolChip(new Secret(random(32)), invitation, { ref: 1, place }, random)
  assert.deepEqual(judgeEnrolChip({ ...message, sealed }, invitation, place), wrong)
  const short = enrolChip(new Secret(random(16)), invitation, { ref: 1, place }, random)
  assert.deepEqual(judgeEnrolChip(short, invitation, place), wrong)
})

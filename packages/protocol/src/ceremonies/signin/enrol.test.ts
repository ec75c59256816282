import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { concat, utf8, x25519 } from '../../crypto/index.ts'
import { keyIdOf } from '../../identity/key-id.ts'
import { newSoftwareSecrets, softwareKey } from '../../identity/software-key.ts'
import type { ErrorCode, Outcome } from '../../wire/errors.ts'
import { altered, NOW, testIssuer, testKey, trusted } from '../../testing/certificates.testing.ts'
import { LOW_ORDER } from '../../testing/curve.testing.ts'
import {
  alice,
  aliceToken,
  authority,
  bob,
  challengeFor,
  grounds,
  invitationOf,
  octetsOf,
  place,
  softwareKeyOf,
  tokenKeyOf,
} from '../../testing/signin.testing.ts'
import { issuedTag, openRecovery } from './invitation-seal.ts'
import { invitationKeys, newInvitation } from './invitation.ts'
import { judgeNewKey, newKeyOf } from './new-key.ts'
import { enrolStatement, type NewKey } from './statements.ts'
import { judgeAddKey, judgeEnrol } from './server-enrol.ts'
import { addKey, checkEnrolled, checkIssued, enrol } from './terminal-enrol.ts'

const random = octetsOf('enrolment')
const invitation = invitationOf()
const holder = softwareKeyOf(alice)
const what = { ref: 3, place }
const passkey = { credential: utf8('credential'), host: 'hufu.example', sealed: utf8('sealed') }
const company = testIssuer('company', 'ed25519')
const both = {
  ...grounds,
  issuers: [...grounds.issuers, trusted(company, ['example.org'], { ours: false })],
}
const refused = (code: ErrorCode): Outcome<never> => ({ ok: false, code })

/** The authority's answer, which anybody may try to change. */
const answerTo = (tag: Uint8Array, certificates = alice.certificates) => {
  const [issuer] = grounds.issuers
  const issuers = [
    { certificate: issuer!.certificate.der, namespaces: ['example.org'], ours: true },
  ]
  const issued = { user: invitation.user, certificates, issuers }
  return {
    type: 'signin.issued',
    ref: 3,
    ...issued,
    tag: issuedTag(invitation.mac, tag, issued),
  } as const
}

describe('an enrolment', () => {
  test('shows a key and whatever comes with it', async () => {
    for (const key of [holder, tokenKeyOf(aliceToken)]) {
      const { message } = await enrol(key, invitation, what, random)
      const outcome = judgeEnrol(message, invitation, grounds)
      assert.ok(outcome.ok)
      assert.deepEqual(outcome.value.publicKeys, key.publicKeys)
      assert.deepEqual(outcome.value.keyId, keyIdOf(key.publicKeys))
      assert.deepEqual([outcome.value.recovery, outcome.value.outside], [null, undefined])
    }
  })

  test('brings the keys of a recovery code, which only the authority can read', async () => {
    const recovery = invitationKeys(newInvitation(random))
    const { message } = await enrol(holder, invitation, { ...what, recovery }, random)
    const outcome = judgeEnrol(message, invitation, grounds)
    assert.ok(outcome.ok && outcome.value.recovery !== null)
    const opened = openRecovery(invitation, outcome.value.recovery)
    assert.deepEqual(opened?.id, recovery.id)
    assert.deepEqual(opened?.mac.expose(), recovery.mac.expose())
    assert.deepEqual(opened?.seal.expose(), recovery.seal.expose())
    assert.equal(openRecovery(invitationOf('second'), outcome.value.recovery), undefined)
    assert.equal(openRecovery(invitation, altered(outcome.value.recovery, 30)), undefined)
    assert.equal(openRecovery(invitation, utf8('short')), undefined)
  })

  test('is for this invitation, terminal and server', async () => {
    const { message } = await enrol(holder, invitation, what, random)
    for (const other of [
      { ...grounds, place: { ...place, terminal: utf8('the relay’s own terminal of 32!') } },
      { ...grounds, place: { ...place, serverName: 'relay.example:443' } },
    ])
      assert.deepEqual(judgeEnrol(message, invitation, other), refused('ERR_ENROL_CODE'))
    const second = invitationOf('second')
    assert.deepEqual(judgeEnrol(message, second, grounds), refused('ERR_ENROL_CODE'))
    const named = { ...message, invitation: second.id }
    assert.deepEqual(judgeEnrol(named, second, grounds), refused('ERR_ENROL_CODE'))
  })

  test('by a relay with a key of its own fails, whatever it has seen', async () => {
    const own = softwareKey(newSoftwareSecrets(random), 'software')
    const { message: genuine } = await enrol(holder, invitation, what, random)
    const { message } = await enrol(
      own,
      { ...invitationKeys('guess'), id: invitation.id },
      what,
      random,
    )
    const code = refused('ERR_ENROL_CODE')
    assert.deepEqual(judgeEnrol(message, invitation, grounds), code)
    assert.deepEqual(judgeEnrol({ ...message, tag: genuine.tag }, invitation, grounds), code)
    const { fresh, signature } = message
    assert.deepEqual(judgeEnrol({ ...genuine, fresh, signature }, invitation, grounds), code)
  })

  test('of keys that are none, or that nobody holds, is refused', async () => {
    const agreement = x25519.generate(random).publicKey
    const keys: readonly Partial<typeof holder.publicKeys>[] = [
      { signing: agreement },
      { signing: holder.publicKeys.signing.subarray(1) },
      { agreement: utf8('short') },
      { agreement: LOW_ORDER[1]! },
      { agreement: holder.publicKeys.signing },
      { algorithm: 'p256' },
    ]
    for (const part of keys) {
      const fake = { ...holder, publicKeys: { ...holder.publicKeys, ...part } }
      const { message } = await enrol(fake, invitation, what, random)
      assert.deepEqual(judgeEnrol(message, invitation, grounds), refused('ERR_ENROL_KEYS'))
    }
    const token = tokenKeyOf(aliceToken)
    const point = altered(token.publicKeys.agreement, 64)
    const publicKeys = { ...token.publicKeys, agreement: point }
    const off = await enrol({ ...token, publicKeys }, invitation, what, random)
    assert.deepEqual(judgeEnrol(off.message, invitation, grounds), refused('ERR_ENROL_KEYS'))
  })

  test('has what goes with its kind, and nothing else', async () => {
    const judged = async (part: Partial<NewKey>): Promise<string> => {
      const fresh = { ...newKeyOf(holder, {}), ...part }
      const statement = enrolStatement(place, invitation.id, random(32), fresh)
      const proof = { statement, signature: await holder.sign(statement) }
      const outcome = judgeNewKey(fresh, invitation.user, proof, grounds)
      return outcome.ok ? 'good' : outcome.code
    }
    const outside = alice.certificates
    assert.equal(await judged({ kind: 'passkey', passkey }), 'good')
    assert.equal(await judged({ kind: 'outside', outside }), 'good')
    for (const part of [
      { kind: 'passkey' },
      { kind: 'token', passkey },
      { kind: 'outside' },
      { kind: 'token', outside },
    ] as const)
      assert.equal(await judged(part), 'ERR_ENROL_KEYS')
  })

  test('of a key that another issuer has certified has that key’s own certificates', async () => {
    const own = testKey(company, 'company key')
    const key = softwareKeyOf(own)
    const enrolling = async (outside: typeof own.certificates) =>
      (await enrol(key, invitation, { ...what, outside }, random)).message
    const message = await enrolling(own.certificates)
    const outcome = judgeEnrol(message, invitation, both)
    assert.ok(outcome.ok)
    assert.deepEqual(outcome.value.outside?.certificates, own.certificates)
    assert.deepEqual(judgeEnrol(message, invitation, grounds), refused('ERR_CERT_ISSUER'))
    const others = await enrolling(testKey(company, 'other key').certificates)
    assert.deepEqual(judgeEnrol(others, invitation, both), refused('ERR_ENROL_KEYS'))
    const bobs = await enrolling(
      testKey(company, 'company key', { emails: ['bob@example.org'] }).certificates,
    )
    assert.deepEqual(judgeEnrol(bobs, invitation, both), refused('ERR_CERT_USER'))
  })
})

describe('the answer to an enrolment', () => {
  const enrolling = enrol(holder, invitation, what, random)

  test('gives the key its certificates, and the terminal its issuers', async () => {
    const { awaited } = await enrolling
    const outcome = checkEnrolled(awaited, answerTo(awaited.tag), NOW)
    assert.ok(outcome.ok)
    assert.equal(outcome.value.key.user, 'alice@example.org')
    assert.deepEqual(outcome.value.key.certificates, alice.certificates)
    assert.deepEqual(outcome.value.issuers, grounds.issuers)
  })

  test('is believed only as the authority has made it', async () => {
    const { awaited } = await enrolling
    const answer = answerTo(awaited.tag)
    const strange = testIssuer('stranger')
    const certificate = trusted(strange, ['example.org']).certificate.der
    for (const part of [
      { tag: null },
      { tag: altered(answer.tag, 3) },
      { user: 'bob@example.org' },
      { certificates: bob.certificates },
      { certificates: testKey(strange, 'alice').certificates },
      { issuers: [{ certificate, namespaces: ['example.org'], ours: true }] },
      { issuers: answer.issuers.map((each) => ({ ...each, namespaces: ['corp.example'] })) },
      { issuers: answer.issuers.map((each) => ({ ...each, ours: false })) },
      { issuers: [...answer.issuers, { certificate, namespaces: [], ours: false }] },
      { issuers: [] },
    ])
      assert.deepEqual(
        checkEnrolled(awaited, { ...answer, ...part }, NOW),
        refused('ERR_ENROL_CODE'),
      )
    // an answer to another enrolment with the same invitation
    const other = await enrol(holder, invitation, what, random)
    assert.deepEqual(checkEnrolled(other.awaited, answer, NOW), refused('ERR_ENROL_CODE'))
  })

  test('is for this key, this user, and now', async () => {
    const { awaited } = await enrolling
    const others = answerTo(awaited.tag, testKey(authority, 'other').certificates)
    assert.deepEqual(checkEnrolled(awaited, others, NOW), refused('ERR_ENROL_KEYS'))
    const bobs = testKey(authority, 'alice', { emails: ['bob@example.org'] }).certificates
    const named = answerTo(awaited.tag, bobs)
    assert.deepEqual(checkEnrolled(awaited, named, NOW), refused('ERR_CERT_USER'))
    const early = checkEnrolled(awaited, answerTo(awaited.tag), NOW - 2 * 86_400_000)
    assert.deepEqual(early, refused('ERR_CERT_NOT_YET'))
  })

  test('without an invitation is checked by the issuers that are trusted already', () => {
    const own = { publicKeys: alice.publicKeys, user: 'alice@example.org' }
    const renewed = testKey(authority, 'alice', { to: NOW + 60 * 86_400_000 }).certificates
    const check = (certificates: typeof renewed, user = own.user): Outcome<unknown> =>
      checkIssued(own, { user, certificates }, grounds.issuers, NOW)
    assert.ok(check(renewed).ok)
    assert.deepEqual(check(bob.certificates), refused('ERR_ENROL_KEYS'))
    assert.deepEqual(check(renewed, 'bob@example.org'), refused('ERR_CERT_USER'))
    const strange = testKey(testIssuer('stranger'), 'alice').certificates
    assert.deepEqual(check(strange), refused('ERR_CERT_ISSUER'))
  })
})

describe('a further key', () => {
  const asked = challengeFor('add-key')
  const further = tokenKeyOf(aliceToken)
  const adding = addKey(holder, further, asked, { place, random })

  test('is shown by itself and by one that the user has', async () => {
    const outcome = judgeAddKey(asked, await adding, grounds)
    assert.ok(outcome.ok)
    assert.deepEqual(outcome.value.keyId, keyIdOf(further.publicKeys))
    assert.deepEqual(outcome.value.by.keyId, keyIdOf(holder.publicKeys))
  })

  test('with either signature missing or another’s is refused', async () => {
    const message = await adding
    const { signature, proof } = message
    const judged = (part: Partial<typeof message>): Outcome<unknown> =>
      judgeAddKey(asked, { ...message, ...part }, grounds)
    assert.deepEqual(judged({ signature: proof }), refused('ERR_SIGNIN_PROOF'))
    assert.deepEqual(judged({ proof: signature }), refused('ERR_ENROL_KEYS'))
    assert.deepEqual(judged({ user: 'bob@example.org' }), refused('ERR_CERT_USER'))
    assert.deepEqual(
      judged({ fresh: { ...message.fresh, kind: 'passkey', passkey } }),
      refused('ERR_SIGNIN_PROOF'),
    )
    const own = await addKey(holder, softwareKeyOf(bob), asked, { place, random })
    assert.deepEqual(judged({ fresh: own.fresh, proof: own.proof }), refused('ERR_SIGNIN_PROOF'))
    const replayed = judgeAddKey(challengeFor('sign-in'), message, grounds)
    assert.deepEqual(replayed, refused('ERR_SIGNIN_CHALLENGE'))
    const later = { ...asked, challenge: concat(asked.challenge).fill(1) }
    assert.deepEqual(judgeAddKey(later, message, grounds), refused('ERR_SIGNIN_PROOF'))
  })
})

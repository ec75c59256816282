import assert from 'node:assert/strict'
import { test } from 'node:test'
import { base64url, hex } from '../../crypto/index.ts'
import { Secret } from '../../crypto/secret.ts'
import { alice, bob, octetsOf, place } from '../../testing/signin.testing.ts'
import {
  chipEnrolmentTag,
  enrolmentTag,
  issuedTag,
  openChipKey,
  openRecovery,
  sealChipKey,
  sealRecovery,
} from './invitation-seal.ts'
import { invitationKeys, newInvitation, parseInvitation } from './invitation.ts'
import { chipStatement } from './statements.ts'

const random = octetsOf('invitations')
const keys = invitationKeys(newInvitation(random))
const others = invitationKeys(newInvitation(random))

test('a code has seven groups of four digits, and is another every time', () => {
  const codes = Array.from({ length: 200 }, () => newInvitation(random))
  assert.ok(
    codes.every((code) => /^(?:[0-9A-HJKMNP-TV-Z]{4}-){6}[0-9A-HJKMNP-TV-Z]{4}$/.test(code)),
  )
  assert.equal(new Set(codes).size, codes.length)
  assert.equal(new Set(codes.join('')).size, 33, 'each of the digits, and the hyphen')
})

test('a code is read as people type it', () => {
  const code = newInvitation(random)
  const typed = [code.toLowerCase(), code.replaceAll('-', ''), ` ${code.replaceAll('-', '  ')}\n`]
  for (const each of typed) assert.equal(parseInvitation(each), code)
  const zeros = parseInvitation('OoIl-0011-0011-0011-0011-0011-0011')
  assert.equal(zeros, '0011-0011-0011-0011-0011-0011-0011')
  for (const bad of ['', code.slice(1), `${code}0`, code.replace(/^./, 'U'), 'words-and-words'])
    assert.equal(parseInvitation(bad), undefined)
})

test('a code’s keys are its own, and none tells of another', () => {
  const code = newInvitation(random)
  const { id, mac, seal } = invitationKeys(code)
  assert.deepEqual([id.length, mac.octets, seal.octets], [16, 32, 32])
  assert.deepEqual(invitationKeys(code).mac.expose(), mac.expose())
  const all = [
    id,
    mac.expose(),
    seal.expose(),
    others.id,
    others.mac.expose(),
    others.seal.expose(),
  ]
  assert.equal(new Set(all.map((each) => hex(each).slice(0, 32))).size, all.length)
})

test('what is sealed under an invitation opens under it, whole, as what it is, and under no other', () => {
  const chip = new Secret(random(32))
  const sealed = sealChipKey(keys, chip, random)
  assert.deepEqual(openChipKey(keys, sealed)?.expose(), chip.expose())
  assert.notDeepEqual(sealChipKey(keys, chip, random), sealed)
  assert.equal(openChipKey(others, sealed), undefined)
  assert.equal(openChipKey({ ...keys, id: others.id }, sealed), undefined)
  for (let at = 0; at < sealed.length; at += 1) {
    const altered = sealed.slice()
    altered[at]! ^= 1
    assert.equal(openChipKey(keys, altered), undefined)
  }
  for (const octets of [0, 11, 12, sealed.length - 1])
    assert.equal(openChipKey(keys, sealed.subarray(0, octets)), undefined)
  assert.equal(openRecovery(keys, sealed), undefined)
  assert.equal(openChipKey(keys, sealRecovery(keys, others, random)), undefined)
})

test('a tag covers all that it should, and one is not taken for another', () => {
  const [signature, recovery, sealed] = [random(64), random(108), random(60)]
  const fresh = { challenge: random(32), nonce: random(32) }
  const statement = chipStatement('sign-in', place, fresh, 'alice@example.org')
  const issuers = [{ certificate: random(500), namespaces: ['example.org'], ours: true }]
  const issued = { user: 'alice@example.org', certificates: alice.certificates, issuers }
  const enrolment = random(32)
  const tags = [
    enrolmentTag(keys.mac, statement, { signature, recovery: null }),
    enrolmentTag(keys.mac, statement, { signature, recovery }),
    enrolmentTag(keys.mac, statement, { signature: random(64), recovery }),
    enrolmentTag(keys.mac, { ...statement, role: 'user' }, { signature, recovery }),
    enrolmentTag(others.mac, statement, { signature, recovery }),
    chipEnrolmentTag(keys, place, sealed),
    chipEnrolmentTag({ ...keys, id: others.id }, place, sealed),
    chipEnrolmentTag(keys, { ...place, terminal: random(32) }, sealed),
    chipEnrolmentTag(keys, { ...place, serverName: 'other' }, sealed),
    chipEnrolmentTag(keys, { ...place, serverId: random(16) }, sealed),
    chipEnrolmentTag(keys, place, random(60)),
    issuedTag(keys.mac, enrolment, issued),
    issuedTag(keys.mac, random(32), issued),
    issuedTag(keys.mac, enrolment, { ...issued, issuers: [] }),
    issuedTag(keys.mac, enrolment, { ...issued, user: 'bob@example.org' }),
    issuedTag(keys.mac, enrolment, { ...issued, certificates: bob.certificates }),
  ]
  assert.equal(new Set(tags.map((tag) => base64url(tag))).size, tags.length)
  assert.ok(tags.every((tag) => tag.length === 32))
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Secret, base64url, random } from '../../crypto/index.ts'
import {
  chipKey,
  chipTag,
  enrolChipTag,
  enrolTag,
  invitationKeysOctets,
  issuedTag,
  openUnder,
  readInvitationKeys,
  sealUnder,
} from './enrolment.ts'
import { invitationKeys, newInvitation } from './invitation.ts'
import { chipStatement } from './statements.ts'

const keys = invitationKeys(newInvitation(random))
const others = invitationKeys(newInvitation(random))
const place = { serverName: 'hufu.example:443', serverId: random(16), terminal: random(32) }
const fresh = { challenge: random(32), nonce: random(32) }
const statement = chipStatement('sign-in', place, fresh, 'ann@hufu.example')

test('what is sealed under an invitation opens under it, whole, and under no other', () => {
  const octets = random(80)
  const sealed = sealUnder(keys, octets, random)
  assert.deepEqual(openUnder(keys, sealed), octets)
  assert.notDeepEqual(sealUnder(keys, octets, random), sealed)
  assert.equal(openUnder(others, sealed), undefined)
  assert.equal(openUnder({ ...keys, id: others.id }, sealed), undefined)
  for (let at = 0; at < sealed.length; at += 7) {
    const altered = sealed.slice()
    altered[at]! ^= 1
    assert.equal(openUnder(keys, altered), undefined)
  }
  for (const short of [sealed.subarray(1), sealed.subarray(0, 12), sealed.subarray(0, 11)])
    assert.equal(openUnder(keys, short), undefined)
})

test('an invitation’s keys come back as they were sent', () => {
  const octets = invitationKeysOctets(keys)
  const read = readInvitationKeys(octets)
  assert.ok(read !== undefined)
  assert.deepEqual(invitationKeysOctets(read), octets)
  assert.equal(readInvitationKeys(octets.subarray(1)), undefined)
})

test('a tag covers all that it should, and one is not taken for another', () => {
  const [signature, recovery, sealed] = [random(64), random(108), random(60)]
  const certificates = { signing: random(400), agreement: random(400) }
  const issuers = [{ certificate: random(500), namespaces: ['hufu.example'], ours: true }]
  const issued = { user: 'ann@hufu.example', certificates, issuers }
  const tags = [
    enrolTag(keys.mac, statement, signature, null),
    enrolTag(keys.mac, statement, signature, recovery),
    enrolTag(keys.mac, statement, random(64), recovery),
    enrolTag(others.mac, statement, signature, recovery),
    enrolChipTag(keys.mac, place, keys.id, sealed),
    enrolChipTag(keys.mac, { ...place, terminal: random(32) }, keys.id, sealed),
    enrolChipTag(keys.mac, { ...place, serverName: 'other' }, keys.id, sealed),
    enrolChipTag(keys.mac, place, keys.id, random(60)),
    issuedTag(keys.mac, random(32), issued),
    issuedTag(keys.mac, signature.subarray(32), issued),
    issuedTag(keys.mac, signature.subarray(32), { ...issued, issuers: [] }),
    issuedTag(keys.mac, signature.subarray(32), { ...issued, user: 'bob@hufu.example' }),
  ]
  assert.equal(new Set(tags.map((tag) => base64url(tag))).size, tags.length)
  assert.ok(tags.every((tag) => tag.length === 32))
})

test('a chip’s key is for one terminal, and its tag for one statement', () => {
  const root = new Secret(random(32))
  const key = chipKey(root, place.terminal)
  assert.deepEqual(chipKey(root, place.terminal).expose(), key.expose())
  assert.notDeepEqual(chipKey(root, random(32)).expose(), key.expose())
  const released = chipStatement('release', place, fresh, 'ann@hufu.example')
  assert.notDeepEqual(chipTag(key, statement), chipTag(key, released))
})

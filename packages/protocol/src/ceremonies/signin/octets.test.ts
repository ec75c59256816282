import assert from 'node:assert/strict'
import { createDecipheriv, createHash, createHmac, hkdfSync, verify } from 'node:crypto'
import { test } from 'node:test'
import { encode } from 'cborg'
import { Secret } from '../../crypto/secret.ts'
import {
  alice,
  challengeFor,
  invitationOf,
  octetsOf,
  place,
  softwareKeyOf,
} from '../../testing/signin.testing.ts'
import { issuedTag, sealRecovery } from './invitation-seal.ts'
import { invitationKeys } from './invitation.ts'
import { passkeySalt, sealPasskey } from './passkey.ts'
import { enrol, enrolChip } from './terminal-enrol.ts'
import { chipKeyOf, prove, proveByChip } from './terminal.ts'

/* docs/protocol.md, "signin", made again by other libraries: what it says to the byte is what is computed. */

const random = octetsOf('octets')
const hash = (octets: Uint8Array): Uint8Array => createHash('sha256').update(octets).digest()
const mac = (key: Uint8Array, ...parts: readonly (string | Uint8Array)[]): Uint8Array =>
  Uint8Array.from(parts.reduce((h, part) => h.update(part), createHmac('sha256', key)).digest())
const derived = (
  ikm: string | Uint8Array,
  salt: string,
  info: string,
  octets: number,
): Uint8Array => new Uint8Array(hkdfSync('sha256', ikm, salt, info, octets))
const opened = (
  cipher: 'aes-256-gcm' | 'chacha20-poly1305',
  key: Uint8Array,
  sealed: Uint8Array,
  aad: Uint8Array,
) => {
  // one type for both modes, which differ in none of this
  const open = createDecipheriv(cipher as 'aes-256-gcm', key, sealed.subarray(0, 12))
  open.setAAD(aad)
  open.setAuthTag(sealed.subarray(-16))
  return Uint8Array.from(Buffer.concat([open.update(sealed.subarray(12, -16)), open.final()]))
}
/** An Ed25519 public key, as Node takes it. */
const publicKey = (raw: Uint8Array) =>
  ({
    key: { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(raw).toString('base64url') },
    format: 'jwk',
  }) as const
const none = new Uint8Array(0)
const user = 'alice@example.org'
const key = softwareKeyOf(alice)
const hashes = [hash(alice.certificates.signing), hash(alice.certificates.agreement)]

test('a proof is over one statement', async () => {
  const asked = challengeFor('release')
  const subject = random(32)
  const message = await prove(key, asked, { act: 'release', place, subject }, random)
  const nonces = [asked.challenge, message.nonce]
  const whole = [place.terminal, place.serverId, nonces, ['hufu.1'], subject]
  const statement = encode([
    'hufu/1',
    'release',
    'user',
    place.serverName,
    [user],
    hashes,
    ...whole,
  ])
  assert.ok(verify(null, statement, publicKey(alice.publicKeys.signing), message.signature))
})

test('a chip’s key and tag', () => {
  const root = random(32)
  const chip = chipKeyOf(new Secret(root.slice()), place.terminal)
  assert.deepEqual(chip.expose(), mac(root, 'hufu/1 signin', place.terminal))
  const asked = challengeFor('sign-in', 'chip')
  const message = proveByChip(chip, asked, { act: 'sign-in', place, user }, random)
  const nonces = [asked.challenge, message.nonce]
  const whole = [place.terminal, place.serverId, nonces, ['hufu.1'], none]
  const statement = encode(['hufu/1', 'sign-in', 'chip', place.serverName, [user], [], ...whole])
  assert.deepEqual(message.tag, mac(chip.expose(), statement))
})

test('an invitation’s keys', () => {
  const code = '7Q2M-K0ZD-0000-1111-ABCD-EFGH-JKMN'
  const { id, mac, seal } = invitationKeys(code)
  assert.deepEqual(id, derived(code, 'hufu/1 invitation', 'id', 16))
  assert.deepEqual(mac.expose(), derived(code, 'hufu/1 invitation', 'mac', 32))
  assert.deepEqual(seal.expose(), derived(code, 'hufu/1 invitation', 'seal', 32))
})

test('an enrolment, its tag, and what is sealed in it', async () => {
  const [invitation, recovery] = [invitationOf(), invitationKeys('recovery')]
  const { message } = await enrol(key, invitation, { ref: 1, place, recovery }, random)
  const { publicKeys } = alice
  const fresh = encode([
    'software',
    'ed25519',
    publicKeys.signing,
    publicKeys.agreement,
    null,
    null,
  ])
  const nonces = [none, message.nonce]
  const whole = [place.terminal, invitation.id, nonces, ['hufu.1'], hash(fresh)]
  const statement = encode(['hufu/1', 'enrol', 'user', place.serverName, [], [], ...whole])
  assert.ok(verify(null, statement, publicKey(publicKeys.signing), message.signature))
  const tagged = encode([statement, message.signature, message.recovery])
  const secret = invitation.mac.expose()
  assert.deepEqual(message.tag, mac(secret, 'hufu/1 invitation enrol\0', tagged))
  const sealed = sealRecovery(invitation, recovery, random)
  const aad = Buffer.concat([Buffer.from('hufu/1 invitation recovery\0'), invitation.id])
  const keys = Buffer.concat([recovery.id, recovery.mac.expose(), recovery.seal.expose()])
  assert.deepEqual(
    opened('chacha20-poly1305', invitation.seal.expose(), sealed, aad),
    Uint8Array.from(keys),
  )
})

test('the answer to an enrolment', () => {
  const { certificates } = alice
  const secret = invitationOf().mac
  const enrolment = random(32)
  const certificate = random(300)
  const issuers = [{ certificate, namespaces: ['example.org'], ours: true }]
  const pair = [certificates.signing, certificates.agreement]
  const tagged = encode([enrolment, user, pair, [[certificate, ['example.org'], true]]])
  assert.deepEqual(
    issuedTag(secret, enrolment, { user, certificates, issuers }),
    mac(secret.expose(), 'hufu/1 invitation issued\0', tagged),
  )
})

test('a chip’s enrolment', () => {
  const invitation = invitationOf()
  const chip = new Secret(random(32))
  const { sealed, tag } = enrolChip(chip, invitation, { ref: 1, place }, random)
  const tagged = encode([place.serverName, place.serverId, place.terminal, invitation.id, sealed])
  assert.deepEqual(tag, mac(invitation.mac.expose(), 'hufu/1 invitation enrol-chip\0', tagged))
  const aad = Buffer.concat([Buffer.from('hufu/1 invitation chip\0'), invitation.id])
  assert.deepEqual(
    opened('chacha20-poly1305', invitation.seal.expose(), sealed, aad),
    chip.expose(),
  )
})

test('a passkey’s seal', async () => {
  const { secrets, publicKeys } = alice
  const prf = random(32)
  const at = { credential: random(40), host: 'hufu.example', prf: new Secret(prf.slice()) }
  const own = {
    signing: new Secret(secrets.signing.slice()),
    agreement: new Secret(secrets.agreement.slice()),
  }
  const sealed = await sealPasskey(own, publicKeys, at, random)
  const id = hash(
    Buffer.concat([Buffer.from('hufu/1 key ed25519\0'), publicKeys.signing, publicKeys.agreement]),
  )
  const aad = encode(['hufu/1 passkey', id, at.credential, at.host, 1])
  const plain = opened('aes-256-gcm', derived(prf, '', 'hufu/1 passkey wrap', 32), sealed, aad)
  assert.deepEqual(plain, Uint8Array.from(Buffer.concat([secrets.signing, secrets.agreement])))
  assert.deepEqual(passkeySalt(), Uint8Array.from(hash(Buffer.from('hufu/1 passkey'))))
})

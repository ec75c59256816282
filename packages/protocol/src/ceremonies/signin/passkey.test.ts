import assert from 'node:assert/strict'
import { test } from 'node:test'
import { utf8 } from '../../crypto/index.ts'
import { Secret } from '../../crypto/secret.ts'
import type { PublicKeys } from '../../identity/security-key.ts'
import { altered, testKey, type TestKey } from '../../testing/certificates.testing.ts'
import { alice, aliceToken, authority, bob, octetsOf } from '../../testing/signin.testing.ts'
import { openPasskey, passkeySalt, sealPasskey, type PasskeyPlace } from './passkey.ts'

const random = octetsOf('passkeys')
const place: PasskeyPlace = {
  credential: utf8('credential'),
  host: 'hufu.example',
  prf: new Secret(random(32)),
}

const sealed = (of: TestKey, at = place, publicKeys: PublicKeys = of.publicKeys) =>
  sealPasskey(
    {
      signing: new Secret(of.secrets.signing.slice()),
      agreement: new Secret(of.secrets.agreement.slice()),
    },
    publicKeys,
    at,
    random,
  )

/** What the page says to what the server gives it. */
async function verdict(
  blob: Uint8Array,
  of: Partial<typeof given> = {},
  at = place,
): Promise<string> {
  const outcome = await openPasskey({ ...given, ...of, sealed: blob }, at)
  return outcome.ok ? `${outcome.value.kind} of ${outcome.value.user}` : outcome.code
}
const given = {
  user: 'alice@example.org',
  host: place.host,
  sealed: utf8(''),
  certificates: alice.certificates,
}

test('a passkey opens the keys that were sealed under it', async () => {
  const blob = await sealed(alice)
  assert.equal(blob.length, 92)
  const outcome = await openPasskey({ ...given, sealed: blob }, place)
  assert.ok(outcome.ok)
  assert.deepEqual(outcome.value.publicKeys, alice.publicKeys)
  assert.equal(await verdict(blob), 'passkey of alice@example.org')
  assert.equal(passkeySalt().length, 32)
})

test('nothing else opens: not another’s, not another passkey’s, nor under another name', async () => {
  const blob = await sealed(alice)
  const other = { ...place, credential: utf8('another') }
  assert.equal(await verdict(blob, {}, other), 'ERR_PASSKEY_BLOB')
  assert.equal(
    await verdict(blob, {}, { ...place, prf: new Secret(random(32)) }),
    'ERR_PASSKEY_BLOB',
  )
  assert.equal(await verdict(blob, { certificates: bob.certificates }), 'ERR_PASSKEY_BLOB')
  assert.equal(await verdict(await sealed(bob)), 'ERR_PASSKEY_BLOB')
  assert.equal(await verdict(await sealed(alice, other)), 'ERR_PASSKEY_BLOB')
  const elsewhere = { ...place, host: 'hufu.elsewhere' }
  assert.equal(await verdict(blob, {}, elsewhere), 'ERR_PASSKEY_HOST')
  assert.equal(await verdict(blob, { host: 'hufu.elsewhere' }, elsewhere), 'ERR_PASSKEY_BLOB')
})

test('an altered, cut or lengthened blob does not open', async () => {
  const blob = await sealed(alice)
  for (let at = 0; at < blob.length; at += 1)
    assert.equal(await verdict(altered(blob, at)), 'ERR_PASSKEY_BLOB')
  for (const octets of [0, 11, 12, 91])
    assert.equal(await verdict(blob.subarray(0, octets)), 'ERR_PASSKEY_BLOB')
  assert.equal(await verdict(Uint8Array.of(...blob, 0)), 'ERR_PASSKEY_BLOB')
})

test('keys that the certificates do not fit are not taken, nor certificates of another user', async () => {
  // sealed as if they were Alice's, by who made the blob
  assert.equal(await verdict(await sealed(bob, place, alice.publicKeys)), 'ERR_PASSKEY_BLOB')
  const blob = await sealed(alice)
  assert.equal(await verdict(blob, { user: 'bob@example.org' }), 'ERR_CERT_USER')
  const { certificates } = testKey(authority, 'alice', { emails: ['bob@example.org'] })
  assert.equal(await verdict(blob, { certificates }), 'ERR_CERT_USER')
  assert.equal(await verdict(blob, { certificates: aliceToken.certificates }), 'ERR_PASSKEY_BLOB')
  const broken = { ...alice.certificates, agreement: utf8('x') }
  assert.equal(await verdict(blob, { certificates: broken }), 'ERR_CERT_MALFORMED')
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { random, seededRandomForTests, utf8, x25519 } from '../crypto/index.ts'
import { LOW_ORDER } from '../testing/curve.testing.ts'
import type { Statement } from '../wire/statement.ts'
import { enrolled, newSoftwareSecrets, softwareKey } from './software-key.ts'
import { verifySignature } from './verify.ts'

const statement: Statement = {
  purpose: 'pair',
  role: 'initiator',
  server: 'hufu.example:443',
  users: ['alice@example.org'],
  certificates: [],
  terminal: utf8('t'),
  session: utf8('s'),
  nonces: [utf8(''), utf8('')],
  suites: [],
  payload: utf8('p'),
}

test('a software key signs statements, and agrees with another', async () => {
  const alice = softwareKey(newSoftwareSecrets(random), 'software')
  const bob = softwareKey(newSoftwareSecrets(random), 'passkey')
  assert.ok(verifySignature(alice.publicKeys, statement, await alice.sign(statement)))
  assert.ok(!verifySignature(bob.publicKeys, statement, await alice.sign(statement)))
  const [one, other] = [
    await alice.agree(bob.publicKeys.agreement),
    await bob.agree(alice.publicKeys.agreement),
  ]
  assert.ok(one !== undefined && other !== undefined)
  assert.deepEqual(one.expose(), other.expose())
  assert.deepEqual([alice.kind, bob.kind], ['software', 'passkey'])
})

test('a software key agrees with nothing that is no public key', async () => {
  const key = softwareKey(newSoftwareSecrets(random), 'software')
  for (const bad of [...LOW_ORDER, utf8('short')]) assert.equal(await key.agree(bad), undefined)
})

test('a closed key does nothing any more, and the secrets that it was made of stay', async () => {
  const secrets = newSoftwareSecrets(random)
  const key = softwareKey(secrets, 'software')
  const peer = x25519.generate(random).publicKey
  await key.close()
  await assert.rejects(() => key.sign(statement), { code: 'ERR_SECRET_WIPED' })
  await assert.rejects(() => key.agree(peer), { code: 'ERR_SECRET_WIPED' })
  const again = softwareKey(secrets, 'software')
  assert.deepEqual(again.publicKeys, key.publicKeys)
  secrets.signing.wipe()
  assert.ok(verifySignature(key.publicKeys, statement, await again.sign(statement)))
  assert.throws(() => softwareKey(secrets, 'software'), { code: 'ERR_SECRET_WIPED' })
})

test('the same randomness makes the same key', () => {
  const made = (): unknown =>
    softwareKey(newSoftwareSecrets(seededRandomForTests(utf8('a'))), 'software').publicKeys
  assert.deepEqual(made(), made())
})

test('an enrolled key speaks for its user by what holds it', async () => {
  const holder = softwareKey(newSoftwareSecrets(random), 'passkey')
  const certificates = { signing: utf8('a'), agreement: utf8('b') }
  const key = enrolled(holder, 'alice@example.org', certificates)
  assert.deepEqual(
    [key.user, key.kind, key.certificates],
    ['alice@example.org', 'passkey', certificates],
  )
  assert.ok(verifySignature(key.publicKeys, statement, await key.sign(statement)))
  const agreed = await key.agree(x25519.generate(random).publicKey)
  assert.equal(agreed?.octets, 32)
  await key.close()
  await assert.rejects(() => holder.sign(statement), { code: 'ERR_SECRET_WIPED' })
})

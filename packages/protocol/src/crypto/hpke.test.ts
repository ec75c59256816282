import assert from 'node:assert/strict'
import { test } from 'node:test'

import { equal, random, text, utf8, x25519, xwing } from './index.ts'
import {
  hpkeAes128Gcm,
  hpkeAes256Gcm,
  hpkeChaCha20Poly1305,
  hpkeHkdfSha256,
  hpkeHkdfSha512,
  hpkeP256,
  type HpkeSuite,
  hpkeX25519,
  hpkeXwing,
  p256,
  setupRecipient,
  setupSender,
} from './more.ts'

const info = utf8('info')
const aad = utf8('aad')

for (const kdf of [hpkeHkdfSha256, hpkeHkdfSha512]) {
  for (const aead of [hpkeAes128Gcm, hpkeAes256Gcm, hpkeChaCha20Poly1305]) {
    test(`the index’s suites with KDF ${kdf.id} and AEAD ${aead.id} carry messages and exports`, () => {
      carries({ kem: hpkeP256, kdf, aead }, p256.generate(random))
      carries({ kem: hpkeX25519, kdf, aead }, x25519.generate(random))
      carries({ kem: hpkeXwing, kdf, aead }, xwing.generate(random))
    })
  }
}

function carries<Key extends { readonly publicKey: Uint8Array }>(
  suite: HpkeSuite<Key>,
  key: Key,
): void {
  const sender = setupSender(suite, key.publicKey, info, random)
  assert.ok(sender)
  const recipient = setupRecipient(suite, key, sender.enc, info)
  assert.ok(recipient)
  for (const message of ['one', 'two', 'three']) {
    const opened = recipient.open(aad, sender.seal(aad, utf8(message)))
    assert.equal(opened && text(opened), message)
  }
  assert.ok(equal(sender.export(info, 100), recipient.export(info, 100)))
  assert.ok(!equal(sender.export(aad, 100), recipient.export(info, 100)))
}

test('a token that did the Diffie–Hellman before is stood for by its answer', () => {
  const suite = { kem: hpkeP256, kdf: hpkeHkdfSha256, aead: hpkeAes256Gcm }
  const inToken = p256.generate(random)
  const sender = setupSender(suite, inToken.publicKey, info, random)
  assert.ok(sender)
  const answer = inToken.agree(sender.enc)
  const standIn = { publicKey: inToken.publicKey, agree: () => answer }
  const recipient = setupRecipient(suite, standIn, sender.enc, info)
  const opened = recipient?.open(aad, sender.seal(aad, utf8('to the token')))
  assert.equal(opened && text(opened), 'to the token')
})

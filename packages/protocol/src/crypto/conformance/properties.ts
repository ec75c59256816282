import type { Aead } from '../aead.ts'
import type { KeyAgreement } from '../agreement.ts'
import type { Backend } from '../backend.ts'
import { concat, equal, unhex } from '../bytes.ts'
import { makeCpace } from '../cpace.ts'
import { makeHkdf } from '../hkdf.ts'
import { setupRecipient, setupSender } from '../hpke.ts'
import { makeDhkem, makePlainKem } from '../hpke-kem.ts'
import type { Kem } from '../kem.ts'
import type { Random } from '../random.ts'
import type { Signatures } from '../signatures.ts'
import { makeXWing } from '../xwing.ts'
import { flipped, throws } from './outcome.ts'

/** What must hold for any keys and messages, drawn from `random`. */
export type Property = (backend: Backend, random: Random) => boolean

/** By name, for the report. */
export const PROPERTIES: Readonly<Record<string, Property>> = {
  'x25519 agrees both ways': (backend, random) => agrees(backend.x25519, random),
  'p256 agrees both ways': (backend, random) => agrees(backend.p256, random),
  'p256 takes no scalar out of range and no other encoding': p256Range,
  'ed25519 verifies what it signed and nothing else': (backend, random) =>
    signs(backend.ed25519, random),
  'ecdsaP256 verifies what it signed and nothing else': (backend, random) =>
    signs(backend.ecdsaP256, random),
  'aes128gcm opens what it sealed and nothing else': (backend, random) =>
    seals(backend.aes128gcm, random),
  'aes256gcm opens what it sealed and nothing else': (backend, random) =>
    seals(backend.aes256gcm, random),
  'chacha20poly1305 opens what it sealed and nothing else': (backend, random) =>
    seals(backend.chacha20poly1305, random),
  'mlkem768 decapsulates what it encapsulated': (backend, random) =>
    encapsulates(backend.mlkem768, random),
  'xwing decapsulates what it encapsulated': (backend, random) =>
    encapsulates(makeXWing(backend), random),
  'xwing refuses low-order shares': xwingLowOrder,
  'hpke opens what it sealed, in order, and nothing else': hpkeOrder,
  'cpace agrees on one passphrase and on no two': cpaceGuess,
}

function agrees(group: KeyAgreement, random: Random): boolean {
  const a = group.generate(random)
  const b = group.generate(random)
  const ours = a.agree(b.publicKey)
  const theirs = b.agree(a.publicKey)
  const short = a.agree(b.publicKey.subarray(1))
  a.wipe()
  return (
    ours?.length === group.secretOctets &&
    theirs !== undefined &&
    equal(ours, theirs) &&
    short === undefined &&
    throws('ERR_SECRET_WIPED', () => a.agree(b.publicKey)) &&
    throws('ERR_CRYPTO_INPUT', () => group.fromSecret(random(31)))
  )
}

function p256Range(backend: Backend, random: Random): boolean {
  const { p256, ecdsaP256 } = backend
  const order = unhex('ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551')
  const point = p256.generate(random).publicKey
  const y = (point[64] ?? 0) & 1
  const compressed = concat(Uint8Array.of(2 + y), point.subarray(1, 33))
  const hybrid = concat(Uint8Array.of(6 + y), point.subarray(1))
  const key = p256.generate(random)
  return (
    [new Uint8Array(32), order].every(
      (scalar) =>
        throws('ERR_CRYPTO_INPUT', () => p256.fromSecret(scalar)) &&
        throws('ERR_CRYPTO_INPUT', () => ecdsaP256.fromSecret(scalar)),
    ) && [compressed, hybrid, flipped(point, -1)].every((peer) => key.agree(peer) === undefined)
  )
}

function signs(scheme: Signatures, random: Random): boolean {
  const key = scheme.generate(random)
  const message = random(50)
  const signature = key.sign(message)
  const stored = key.exportSecret()
  const again = scheme.fromSecret(stored.expose())
  const other = scheme.generate(random)
  key.wipe()
  return (
    scheme.verify(key.publicKey, message, signature) &&
    equal(again.publicKey, key.publicKey) &&
    !scheme.verify(key.publicKey, flipped(message, 3), signature) &&
    !scheme.verify(key.publicKey, message, flipped(signature, 3)) &&
    !scheme.verify(key.publicKey, message, flipped(signature, -32)) &&
    !scheme.verify(key.publicKey, message, signature.subarray(1)) &&
    !scheme.verify(other.publicKey, message, signature) &&
    !scheme.verify(key.publicKey.subarray(1), message, signature) &&
    throws('ERR_SECRET_WIPED', () => key.sign(message)) &&
    throws('ERR_SECRET_WIPED', () => key.exportSecret())
  )
}

function seals(cipher: Aead, random: Random): boolean {
  const key = cipher.key(random(cipher.keyOctets))
  const nonce = random(cipher.nonceOctets)
  const aad = random(7)
  const refuses = (sealed: Uint8Array): boolean => key.open(nonce, sealed, aad) === undefined
  const fits = [0, 1, 40, 20_000].every((octets) => {
    const plaintext = random(octets)
    const sealed = key.seal(nonce, plaintext, aad)
    const opened = key.open(nonce, sealed, aad)
    return (
      sealed.length === octets + cipher.tagOctets &&
      opened !== undefined &&
      equal(opened, plaintext) &&
      [0, -1, -cipher.tagOctets].every((at) => refuses(flipped(sealed, at))) &&
      refuses(sealed.subarray(1)) &&
      refuses(sealed.subarray(0, cipher.tagOctets - 1)) &&
      key.open(nonce, sealed, flipped(aad, 0)) === undefined &&
      key.open(flipped(nonce, 0), sealed, aad) === undefined
    )
  })
  const wrongNonces = [0, 11, 13].every((octets) =>
    throws('ERR_CRYPTO_INPUT', () => key.seal(random(octets), aad, aad)),
  )
  key.wipe()
  return (
    fits &&
    wrongNonces &&
    throws('ERR_CRYPTO_INPUT', () => cipher.key(random(cipher.keyOctets - 1))) &&
    throws('ERR_SECRET_WIPED', () => key.seal(nonce, aad, aad))
  )
}

function encapsulates(kem: Kem, random: Random): boolean {
  const key = kem.fromSecret(random(kem.seedOctets))
  const made = kem.encapsulate(key.publicKey, random)
  if (made === undefined) return false
  const shared = key.decapsulate(made.ciphertext)
  const altered = key.decapsulate(flipped(made.ciphertext, 0))
  const short = key.decapsulate(made.ciphertext.subarray(1))
  const other = kem.generate(random).decapsulate(made.ciphertext)
  key.wipe()
  return (
    key.publicKey.length === kem.publicOctets &&
    made.ciphertext.length === kem.ciphertextOctets &&
    shared?.length === kem.sharedOctets &&
    equal(shared, made.shared) &&
    // Implicit rejection: a secret, but nobody else's.
    altered !== undefined &&
    other !== undefined &&
    !equal(altered, shared) &&
    !equal(other, shared) &&
    short === undefined &&
    kem.encapsulate(key.publicKey.subarray(1), random) === undefined &&
    throws('ERR_CRYPTO_INPUT', () => kem.fromSecret(random(kem.seedOctets + 1))) &&
    throws('ERR_SECRET_WIPED', () => key.decapsulate(made.ciphertext))
  )
}

function xwingLowOrder(backend: Backend, random: Random): boolean {
  const xwing = makeXWing(backend)
  const key = xwing.generate(random)
  const made = xwing.encapsulate(key.publicKey, random)
  if (made === undefined) return false
  const zero = new Uint8Array(32)
  const badKey = concat(key.publicKey.subarray(0, -32), zero)
  const badCiphertext = concat(made.ciphertext.subarray(0, -32), zero)
  return (
    xwing.encapsulate(badKey, random) === undefined && key.decapsulate(badCiphertext) === undefined
  )
}

function hpkeOrder(backend: Backend, random: Random): boolean {
  const kdf = { id: 1, hash: 'sha256', octets: 32, hkdf: makeHkdf(backend) } as const
  const aead = { id: 3, aead: backend.chacha20poly1305 }
  const xwing = makeXWing(backend)
  const kem = makePlainKem(0x647a, xwing)
  const key = xwing.generate(random)
  const info = random(9)
  const sender = setupSender({ kem, kdf, aead }, key.publicKey, info, random)
  if (sender === undefined) return false
  const recipient = setupRecipient({ kem, kdf, aead }, key, sender.enc, info)
  const misled = setupRecipient({ kem, kdf, aead }, key, sender.enc, flipped(info, 0))
  if (recipient === undefined || misled === undefined) return false
  const first = sender.seal(info, info)
  const second = sender.seal(info, info)
  const opened = [second, flipped(first, 0), first, first, second].map(
    (sealed) => recipient.open(info, sealed) !== undefined,
  )
  const dhkem = makeDhkem(0x20, backend.x25519, kdf)
  recipient.wipe()
  return (
    opened.join() === 'false,false,true,false,true' &&
    misled.open(info, first) === undefined &&
    setupSender({ kem: dhkem, kdf, aead }, new Uint8Array(32), info, random) === undefined &&
    setupRecipient({ kem, kdf, aead }, key, sender.enc.subarray(1), info) === undefined &&
    throws('ERR_CRYPTO_INPUT', () => sender.export(info, 255 * 32 + 1)) &&
    throws('ERR_SECRET_WIPED', () => recipient.export(info, 32))
  )
}

function cpaceGuess(backend: Backend, random: Random): boolean {
  const cpace = makeCpace(backend)
  const input = { prs: random(12), ci: random(20), sid: random(16) }
  const a = cpace.start(input, random)
  const b = cpace.start(input, random)
  const guess = cpace.start({ ...input, prs: flipped(input.prs, 0) }, random)
  const right = b.finish(a.share)
  const wrong = guess.finish(a.share)
  const k = a.finish(b.share)
  return (
    right !== undefined &&
    wrong !== undefined &&
    k !== undefined &&
    equal(k.expose(), right.expose()) &&
    !equal(k.expose(), wrong.expose()) &&
    throws('ERR_SECRET_WIPED', () => a.finish(b.share))
  )
}

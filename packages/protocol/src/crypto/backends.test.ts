import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'

import { concat, utf8 } from './bytes.ts'
import { makeCpace } from './cpace.ts'
import { backend as node } from './node/index.ts'
import { backend as noble } from './noble/index.ts'
import { seededRandomForTests } from './random.ts'
import { Secret } from './secret.ts'
import { makeXWing } from './xwing.ts'

const octets = fc.uint8Array({ maxLength: 300 })
const octets32 = fc.uint8Array({ minLength: 32, maxLength: 32 })

test('hashes agree on any parts', () => {
  fc.assert(
    fc.property(fc.array(octets, { maxLength: 4 }), octets, (parts, key) => {
      for (const name of ['sha256', 'sha512', 'sha3_256'] as const) {
        assert.deepEqual(node[name](...parts), noble[name](...parts), name)
      }
      assert.deepEqual(node.shake256(97, ...parts), noble.shake256(97, ...parts))
      for (const name of ['hmacSha256', 'hmacSha512'] as const) {
        assert.deepEqual(node[name](key, ...parts), noble[name](new Secret(key), ...parts), name)
      }
    }),
  )
})

test('key agreements agree on any secret and any peer', () => {
  fc.assert(
    fc.property(octets32, octets32, (secret, peer) => {
      const ours = node.x25519.fromSecret(secret)
      const theirs = noble.x25519.fromSecret(secret)
      assert.deepEqual(ours.publicKey, theirs.publicKey)
      assert.deepEqual(ours.agree(peer), theirs.agree(peer))
    }),
    { numRuns: 30 },
  )
  fc.assert(
    fc.property(octets32, octets32, (seed, other) => {
      const ours = node.p256.generate(seededRandomForTests(seed))
      const theirs = noble.p256.generate(seededRandomForTests(seed))
      const peer = node.p256.generate(seededRandomForTests(other)).publicKey
      const off = concat(peer.subarray(0, 64), Uint8Array.of((peer[64] ?? 0) ^ 1))
      assert.deepEqual(ours.publicKey, theirs.publicKey)
      assert.deepEqual(ours.agree(peer), theirs.agree(peer))
      assert.deepEqual([ours.agree(off), theirs.agree(off)], [undefined, undefined])
    }),
    { numRuns: 15 },
  )
})

test('each verifies what the other signed', () => {
  fc.assert(
    fc.property(octets32, octets, (seed, message) => {
      for (const name of ['ed25519', 'ecdsaP256'] as const) {
        const ours = node[name].generate(seededRandomForTests(seed))
        const theirs = noble[name].generate(seededRandomForTests(seed))
        assert.deepEqual(ours.publicKey, theirs.publicKey)
        assert.deepEqual(ours.exportSecret().expose(), theirs.exportSecret().expose())
        assert.ok(noble[name].verify(ours.publicKey, message, ours.sign(message)), name)
        assert.ok(node[name].verify(ours.publicKey, message, theirs.sign(message)), name)
        if (name === 'ed25519') assert.deepEqual(ours.sign(message), theirs.sign(message))
      }
    }),
    { numRuns: 15 },
  )
})

test('they agree on Ed25519 signatures with any octets altered', () => {
  const key = node.ed25519.generate(seededRandomForTests(utf8('altered')))
  const message = utf8('message')
  const signature = key.sign(message)
  fc.assert(
    fc.property(fc.nat(95), fc.nat(255), (at, value) => {
      const input = concat(key.publicKey, signature)
      input[at] = value
      const [publicKey, altered] = [input.subarray(0, 32), input.subarray(32)]
      const verdict = node.ed25519.verify(publicKey, message, altered)
      assert.equal(verdict, noble.ed25519.verify(publicKey, message, altered))
    }),
    { numRuns: 60 },
  )
})

test('each opens what the other sealed', () => {
  fc.assert(
    fc.property(octets32, octets, octets, (key, plaintext, aad) => {
      const nonce = key.subarray(0, 12)
      for (const name of ['aes128gcm', 'aes256gcm', 'chacha20poly1305'] as const) {
        const raw = key.subarray(0, node[name].keyOctets)
        const sealed = node[name].key(raw).seal(nonce, plaintext, aad)
        assert.deepEqual(
          noble[name].key(new Secret(raw.slice())).seal(nonce, plaintext, aad),
          sealed,
        )
        assert.deepEqual(noble[name].key(raw).open(nonce, sealed, aad), plaintext)
        assert.deepEqual(node[name].key(raw).open(nonce, sealed, aad), plaintext)
      }
    }),
  )
})

test('each decapsulates what the other encapsulated', () => {
  const kems = [
    [node.mlkem768, noble.mlkem768],
    [makeXWing(node), makeXWing(noble)],
  ] as const
  for (const [ours, theirs] of kems) {
    fc.assert(
      fc.property(octets32, (seed) => {
        const random = seededRandomForTests(seed)
        const secret = random(ours.seedOctets)
        const a = ours.fromSecret(secret)
        const b = theirs.fromSecret(secret)
        assert.deepEqual(a.publicKey, b.publicKey)
        const fromOurs = ours.encapsulate(a.publicKey, random)
        const fromTheirs = theirs.encapsulate(a.publicKey, random)
        assert.ok(fromOurs && fromTheirs)
        assert.deepEqual(b.decapsulate(fromOurs.ciphertext), fromOurs.shared)
        assert.deepEqual(a.decapsulate(fromTheirs.ciphertext), fromTheirs.shared)
        // Implicit rejection too.
        fromOurs.ciphertext[5] = (fromOurs.ciphertext[5] ?? 0) ^ 1
        assert.deepEqual(a.decapsulate(fromOurs.ciphertext), b.decapsulate(fromOurs.ciphertext))
      }),
      { numRuns: 10 },
    )
  }
})

test('a run of CPace has one party on each', () => {
  const random = seededRandomForTests(utf8('cpace'))
  const input = { prs: utf8('orbit lilac'), ci: utf8('ci'), sid: random(16) }
  const a = makeCpace(node).start(input, random)
  const b = makeCpace(noble).start(input, random)
  assert.deepEqual(a.finish(b.share)?.expose(), b.finish(a.share)?.expose())
})

test('Argon2id agrees on cost, and on what it refuses', () => {
  const salt = utf8('somesalt')
  for (const cost of [
    { memoryKiB: 8, passes: 1, parallelism: 1 },
    { memoryKiB: 33, passes: 3, parallelism: 4 },
  ]) {
    assert.deepEqual(
      node.argon2id(utf8('password'), salt, cost, 17),
      noble.argon2id(utf8('password'), salt, cost, 17),
    )
  }
  const fair = { memoryKiB: 16, passes: 1, parallelism: 2 }
  for (const { argon2id } of [node, noble]) {
    const attempts = [
      () => argon2id(salt, salt.subarray(1), fair, 32),
      () => argon2id(salt, salt, { ...fair, memoryKiB: 15 }, 32),
      () => argon2id(salt, salt, { ...fair, passes: 0 }, 32),
      () => argon2id(salt, salt, { ...fair, parallelism: 0 }, 32),
      () => argon2id(salt, salt, { ...fair, passes: 1.5 }, 32),
      () => argon2id(salt, salt, fair, 3),
    ]
    for (const attempt of attempts) assert.throws(attempt, { code: 'ERR_CRYPTO_INPUT' })
  }
})

test('what is given to a key is copied, what is taken is plain', () => {
  for (const backend of [node, noble]) {
    const raw = new Uint8Array(32).fill(7)
    const key = backend.chacha20poly1305.key(raw)
    const scalar = backend.x25519.fromSecret(raw)
    const signing = backend.ed25519.fromSecret(raw)
    const before = key.seal(new Uint8Array(12), raw, raw.subarray(0, 0))
    const { publicKey } = backend.x25519.fromSecret(new Uint8Array(32).fill(7))
    raw.fill(0)
    const seven = new Uint8Array(32).fill(7)
    assert.deepEqual(key.seal(new Uint8Array(12), seven, raw.subarray(0, 0)), before)
    assert.deepEqual(scalar.publicKey, publicKey)
    assert.deepEqual(signing.exportSecret().expose(), seven)
    const outputs = [before, publicKey, backend.sha256(seven), signing.sign(seven)]
    for (const output of outputs) assert.equal(Object.getPrototypeOf(output), Uint8Array.prototype)
  }
})

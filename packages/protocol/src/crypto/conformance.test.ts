import assert from 'node:assert/strict'
import { test } from 'node:test'

import type { Backend } from './backend.ts'
import { concat, utf8 } from './bytes.ts'
import { conformance } from './conformance.ts'
import { readFixtures } from './conformance/fixtures.testing.ts'
import type { Vectors } from './conformance/vectors.ts'
import { readWycheproof } from './conformance/wycheproof.testing.ts'
import { backend as node } from './node/index.ts'
import { backend as noble } from './noble/index.ts'
import { seededRandomForTests } from './random.ts'

const fixtures = readFixtures()
const folder = process.env['HUFU_VECTORS']

for (const backend of [node, noble]) {
  test(`${backend.name} computes what the fixtures say`, () => {
    const { passed, failed } = run(backend, fixtures)
    assert.deepEqual(failed, [])
    assert.ok(passed > 300, `only ${passed} checks ran`)
  })
}

if (folder !== undefined) {
  const whole = readWycheproof(`${folder}/wycheproof`)

  for (const backend of [node, noble]) {
    test(`${backend.name} computes what all of Wycheproof says`, () => {
      const { passed, failed } = run(backend, { ...fixtures, ...whole })
      assert.deepEqual(failed, [])
      assert.ok(passed > 2500, `only ${passed} checks ran`)
    })
  }

  test('what the fixtures take from Wycheproof is what stands there', () => {
    for (const area of Object.keys(whole) as (keyof typeof whole)[]) {
      const published = new Map<string, object>(whole[area].map((vector) => [vector.id, vector]))
      const taken = fixtures[area].filter((vector) => vector.id.startsWith('wycheproof '))
      assert.ok(taken.length > 0)
      for (const vector of taken) assert.deepEqual(vector, published.get(vector.id))
    }
  })
}

test('every list holds both what must be taken and what must be refused', () => {
  const verdicts = {
    hmac: fixtures.hmac.map((vector) => vector.good),
    hkdf: fixtures.hkdf.map((vector) => vector.okm !== null),
    x25519: ofGroup('x25519'),
    p256: ofGroup('p256'),
    ed25519: ofScheme('ed25519'),
    ecdsaP256: ofScheme('ecdsaP256'),
    aes128gcm: ofCipher('aes128gcm'),
    aes256gcm: ofCipher('aes256gcm'),
    chacha20poly1305: ofCipher('chacha20poly1305'),
    decapsulation: fixtures.decapsulation.map((vector) => vector.shared !== null),
    encapsulation: fixtures.encapsulation.map((vector) => vector.shared !== null),
    cpaceShare: fixtures.cpaceShare.map((vector) => vector.k !== null),
  }
  for (const [list, found] of Object.entries(verdicts)) {
    assert.ok(found.includes(true) && found.includes(false), list)
  }
})

function ofGroup(group: string): boolean[] {
  return fixtures.agreement.filter((v) => v.group === group).map((v) => v.shared !== null)
}

function ofScheme(scheme: string): boolean[] {
  return fixtures.signature.filter((v) => v.scheme === scheme).map((v) => v.good)
}

function ofCipher(cipher: string): boolean[] {
  return fixtures.aead.filter((v) => v.cipher === cipher).map((v) => v.opens)
}

/** Each breaks one primitive in one way that a careless implementation might. */
const FAULTS: Readonly<Record<string, Partial<Backend>>> = {
  'sha256 forgets all but the first part': {
    sha256: (first = new Uint8Array()) => node.sha256(first),
  },
  'sha512 is another hash of the same size': {
    sha512: (...parts) => node.shake256(64, ...parts),
  },
  'shake256 is cut from a fixed output': {
    shake256: (octets, ...parts) =>
      concat(node.sha3_256(...parts), new Uint8Array(octets)).subarray(0, octets),
  },
  'hmac does not hash its key': { hmacSha256: (_key, ...parts) => node.sha256(...parts) },
  'x25519 lets an all-zero result pass': {
    x25519: {
      ...node.x25519,
      fromSecret(secret) {
        const key = node.x25519.fromSecret(secret)
        return { ...key, agree: (peer) => key.agree(peer) ?? new Uint8Array(32) }
      },
    },
  },
  'p256 takes whatever key it is given': {
    p256: {
      ...node.p256,
      fromSecret(secret) {
        const key = node.p256.fromSecret(secret)
        return { ...key, agree: (peer) => key.agree(peer) ?? peer.subarray(1, 33) }
      },
    },
  },
  'ed25519 does not look at the signature': {
    ed25519: { ...node.ed25519, verify: (publicKey) => publicKey.length === 32 },
  },
  'ed25519 refuses everything': { ed25519: { ...node.ed25519, verify: () => false } },
  'ecdsa does not look at the message': {
    ecdsaP256: {
      ...node.ecdsaP256,
      verify: (publicKey, _message, signature) =>
        node.ecdsaP256.verify(publicKey, utf8('another'), signature),
    },
  },
  'ml-kem takes a public key that is not reduced': {
    mlkem768: {
      ...node.mlkem768,
      encapsulate: (publicKey, random) =>
        node.mlkem768.encapsulate(publicKey, random) ?? {
          ciphertext: new Uint8Array(1088),
          shared: new Uint8Array(32),
        },
    },
  },
  'aes-gcm does not check the tag': {
    aes256gcm: {
      ...node.aes256gcm,
      key(raw) {
        const key = node.aes256gcm.key(raw)
        return {
          ...key,
          open: (nonce, sealed, aad) => key.open(nonce, sealed, aad) ?? sealed.subarray(16),
        }
      },
    },
  },
  'chacha20-poly1305 leaves the associated data out': {
    chacha20poly1305: {
      ...node.chacha20poly1305,
      key(raw) {
        const key = node.chacha20poly1305.key(raw)
        const nothing = new Uint8Array()
        return {
          ...key,
          seal: (nonce, plaintext) => key.seal(nonce, plaintext, nothing),
          open: (nonce, sealed) => key.open(nonce, sealed, nothing),
        }
      },
    },
  },
  'argon2id makes one pass too few': {
    argon2id: (password, salt, cost, octets) =>
      node.argon2id(password, salt, { ...cost, passes: 1 }, octets),
  },
}

for (const [fault, parts] of Object.entries(FAULTS)) {
  test(`finds that ${fault}`, () => {
    const { failed } = run({ ...node, ...parts }, fixtures)
    assert.notDeepEqual(failed, [])
  })
}

test('finds a list that is empty', () => {
  assert.deepEqual(run(node, { ...fixtures, hpke: [] }).failed, ['hpke: has vectors'])
})

function run(backend: Backend, vectors: Vectors): { passed: number; failed: string[] } {
  const failed: string[] = []
  let passed = 0
  conformance(backend, vectors, seededRandomForTests(utf8('conformance')), (name, ok, detail) => {
    if (ok) passed += 1
    else failed.push(detail === undefined ? name : `${name}: ${detail}`)
  })
  return { passed, failed }
}

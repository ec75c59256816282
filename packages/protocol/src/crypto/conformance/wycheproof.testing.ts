import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import type { AeadVector, HkdfVector, Vectors } from './vectors.ts'

/** The areas that Wycheproof has vectors for. */
export type WycheproofVectors = Pick<
  Vectors,
  'hmac' | 'hkdf' | 'agreement' | 'signature' | 'aead' | 'decapsulation' | 'encapsulation'
>

/**
 * Reads the Wycheproof files (C2SP/wycheproof, testvectors_v1) in `folder` into our own form. Left out is only what has
 * no counterpart here: AES-192, and ML-KEM keys in expanded form. Where Wycheproof leaves a choice ("acceptable"), ours
 * is: twist and non-canonical X25519 keys agree, all-zero results and compressed points are refused.
 */
export function readWycheproof(folder: string): WycheproofVectors {
  const read = (file: string): readonly Case[] => casesOf(join(folder, file), file)
  return {
    hmac: read('hmac_sha256_test.json').map(hmac),
    hkdf: [
      ...read('hkdf_sha256_test.json').map((test) => hkdf('sha256', test)),
      ...read('hkdf_sha512_test.json').map((test) => hkdf('sha512', test)),
    ],
    agreement: [
      ...read('x25519_test.json').map(x25519),
      ...read('ecdh_secp256r1_ecpoint_test.json').map(p256),
    ],
    signature: [
      ...read('ed25519_test.json').map(ed25519),
      ...read('ecdsa_secp256r1_sha256_p1363_test.json').map(ecdsaP256),
    ],
    aead: [
      ...read('aes_gcm_test.json').flatMap((test) => gcm(test)),
      ...read('chacha20_poly1305_test.json').map((test) => aead('chacha20poly1305', test)),
    ],
    decapsulation: read('mlkem_768_test.json').map(decapsulation),
    encapsulation: read('mlkem_768_encaps_test.json').map(encapsulation),
  }
}

/** One test with its group and a name: any field may be asked for, and must then be there. */
interface Case {
  readonly id: string
  readonly result: string
  readonly flags: readonly string[]
  text(field: string): string
  has(field: string): boolean
  number(field: string): number
}

interface Test extends Readonly<Record<string, unknown>> {
  readonly tcId: number
  readonly result: string
  readonly comment?: string
  readonly flags?: readonly string[]
}

interface File {
  readonly testGroups: readonly {
    readonly publicKey?: Readonly<Record<string, unknown>>
    readonly tests: readonly Test[]
  }[]
}

function casesOf(path: string, file: string): readonly Case[] {
  const { testGroups } = JSON.parse(readFileSync(path, 'utf8')) as File
  return testGroups.flatMap(({ tests, ...group }) =>
    tests.map((test): Case => {
      const fields: Readonly<Record<string, unknown>> = { ...group.publicKey, ...group, ...test }
      const flags = test.flags ?? []
      const about = [test.comment ?? '', ...flags].filter((part) => part !== '')
      return {
        id: `wycheproof ${file.replace('_test.json', '')} ${test.tcId} (${about.join(', ')})`,
        result: test.result,
        flags,
        has: (field) => typeof fields[field] === 'string',
        text: (field) => {
          const value = fields[field]
          if (typeof value !== 'string') throw new TypeError(`${file} has no ${field}`)
          return value
        },
        number: (field) => Number(fields[field]),
      }
    }),
  )
}

function hmac(test: Case): WycheproofVectors['hmac'][number] {
  return {
    id: test.id,
    hash: 'sha256',
    key: test.text('key'),
    message: test.text('msg'),
    tag: test.text('tag'),
    good: test.result === 'valid',
  }
}

function hkdf(hash: HkdfVector['hash'], test: Case): HkdfVector {
  return {
    id: test.id,
    hash,
    ikm: test.text('ikm'),
    salt: test.text('salt'),
    info: test.text('info'),
    octets: test.number('size'),
    okm: test.result === 'valid' ? test.text('okm') : null,
  }
}

function x25519(test: Case): WycheproofVectors['agreement'][number] {
  const refused = test.result === 'invalid' || test.flags.includes('ZeroSharedSecret')
  return {
    id: test.id,
    group: 'x25519',
    secret: test.text('private'),
    peer: test.text('public'),
    shared: refused ? null : test.text('shared'),
  }
}

function p256(test: Case): WycheproofVectors['agreement'][number] {
  return {
    id: test.id,
    group: 'p256',
    // An integer of any length, perhaps with a leading zero octet.
    secret: test.text('private').padStart(64, '0').slice(-64),
    peer: test.text('public'),
    shared: test.result === 'valid' ? test.text('shared') : null,
  }
}

function ed25519(test: Case): WycheproofVectors['signature'][number] {
  return signature('ed25519', test.text('pk'), test)
}

function ecdsaP256(test: Case): WycheproofVectors['signature'][number] {
  return signature('ecdsaP256', test.text('uncompressed'), test)
}

function signature(
  scheme: 'ed25519' | 'ecdsaP256',
  publicKey: string,
  test: Case,
): WycheproofVectors['signature'][number] {
  return {
    id: test.id,
    scheme,
    public: publicKey,
    message: test.text('msg'),
    signature: test.text('sig'),
    good: test.result === 'valid',
  }
}

function gcm(test: Case): readonly AeadVector[] {
  const keySize = test.text('key').length * 4
  if (keySize === 192) return []
  return [aead(keySize === 128 ? 'aes128gcm' : 'aes256gcm', test)]
}

function aead(cipher: AeadVector['cipher'], test: Case): AeadVector {
  const nonce = test.text('iv')
  return {
    id: test.id,
    cipher,
    key: test.text('key'),
    nonce,
    aad: test.text('aad'),
    plaintext: test.text('msg'),
    sealed: test.text('ct') + test.text('tag'),
    // Nonces of other lengths are refused here, whatever GCM could make of them.
    opens: test.result === 'valid' && nonce.length === 24,
  }
}

function decapsulation(test: Case): WycheproofVectors['decapsulation'][number] {
  return {
    id: test.id,
    kem: 'mlkem768',
    seed: test.text('seed'),
    public: test.has('ek') ? test.text('ek') : null,
    ciphertext: test.text('c'),
    shared: test.result === 'valid' ? test.text('K') : null,
  }
}

function encapsulation(test: Case): WycheproofVectors['encapsulation'][number] {
  const valid = test.result === 'valid'
  return {
    id: test.id,
    kem: 'mlkem768',
    randomness: test.text('m'),
    public: test.text('ek'),
    ciphertext: valid ? test.text('c') : null,
    shared: valid ? test.text('K') : null,
  }
}

import { HufuError } from '@hufu/protocol/wire'
import { CK, PARAMETERS } from '../token/constants.ts'
import type { Attribute, Handle, Mechanism } from '../token/cryptoki.ts'
import { isLost } from '../token/faults.ts'
import { attributeOf, flagOf } from '../token/objects.ts'
import type { Token } from '../token/token.ts'

/** What a thread does of a call's traffic. All throw {@link HufuError} `ERR_HSM_…`. */
export interface TrafficActs {
  /** Octets that the token draws. */
  random(octets: number): Uint8Array
  /** Puts an AES key into the session, where it stays under this number. */
  load(key: number, raw: Uint8Array): void
  /** AES-GCM: ciphertext ‖ tag. */
  seal(key: number, nonce: Uint8Array, associated: Uint8Array, plaintext: Uint8Array): Uint8Array
  /** `undefined` if anything was altered. */
  open(
    key: number,
    nonce: Uint8Array,
    associated: Uint8Array,
    sealed: Uint8Array,
  ): Uint8Array | undefined
  /** Destroys the key; one that is not there is gone. */
  drop(key: number): void
}

const TAG_OCTETS = 16

/** The traffic keys of a token. They live as long as its session at most: a token that was taken out has none of them. */
export function trafficActs(token: Token): TrafficActs {
  const { cryptoki } = token
  const known = (key: number): Handle =>
    token.object(nameOf(key), () => {
      throw new HufuError(
        'ERR_HSM_ABSENT',
        'the token was taken out, or its session has ended: keys for traffic are gone with it',
      )
    })
  return {
    random: (octets) =>
      token.run((at) => {
        const drawn = cryptoki.C_GenerateRandom(at, Buffer.alloc(octets))
        const copy = Uint8Array.from(drawn)
        drawn.fill(0)
        return copy
      }),
    load: (key, raw) =>
      token.run((at) => {
        const value = Buffer.from(raw)
        try {
          token.object(nameOf(key), () => created(token, at, value))
        } finally {
          value.fill(0)
        }
      }),
    seal: (key, nonce, associated, plaintext) =>
      token.run((at) => {
        const input = placed(plaintext)
        cryptoki.C_EncryptInit(at, gcm(nonce, associated), known(key))
        const output = Buffer.alloc(input.length + TAG_OCTETS)
        const sealed = Uint8Array.from(cryptoki.C_Encrypt(at, input, output))
        input.fill(0)
        if (sealed.length === output.length) return sealed
        throw new HufuError('ERR_HSM_FAILED', 'the token does not seal as AES-GCM does')
      }),
    open: (key, nonce, associated, sealed) =>
      token.run((at) => {
        const handle = known(key)
        cryptoki.C_DecryptInit(at, gcm(nonce, associated), handle)
        try {
          const output = Buffer.alloc(sealed.length)
          const plaintext = Uint8Array.from(cryptoki.C_Decrypt(at, Buffer.from(sealed), output))
          output.fill(0)
          return plaintext
        } catch (error) {
          if (isLost(error)) throw error
          // Tokens say this in several ways, SoftHSM with a general error: so it is the frame, if the key is still there.
          cryptoki.C_GetAttributeValue(at, handle, [{ type: CK.CKA_KEY_TYPE }])
          return undefined
        }
      }),
    drop: (key) =>
      token.run((at) => {
        const handle = token.forget(nameOf(key))
        if (handle !== undefined) cryptoki.C_DestroyObject(at, handle)
      }),
  }
}

/** A copy for a token. Of no octets too it has a place: without one, a token takes it for missing, and goes on waiting. */
function placed(octets: Uint8Array): Buffer {
  const copy = Buffer.alloc(octets.length + 1).subarray(0, octets.length)
  copy.set(octets)
  return copy
}

function nameOf(key: number): string {
  return `the traffic key ${key}`
}

/** An object of the session that the token does not give out; one that it would is destroyed. */
function created({ cryptoki }: Token, at: Handle, value: Buffer): Handle {
  const key = cryptoki.C_CreateObject(at, [...TRAFFIC_KEY, { type: CK.CKA_VALUE, value }])
  const is = (type: number, otherwise: boolean): boolean =>
    flagOf(attributeOf(cryptoki, at, key, type), otherwise)
  if (is(CK.CKA_SENSITIVE, false) && !is(CK.CKA_EXTRACTABLE, true)) return key
  cryptoki.C_DestroyObject(at, key)
  throw new HufuError('ERR_HSM_MECHANISM', 'the token does not keep a key to itself')
}

const TRAFFIC_KEY: readonly Attribute[] = [
  { type: CK.CKA_CLASS, value: CK.CKO_SECRET_KEY },
  { type: CK.CKA_KEY_TYPE, value: CK.CKK_AES },
  { type: CK.CKA_TOKEN, value: false },
  { type: CK.CKA_PRIVATE, value: true },
  { type: CK.CKA_SENSITIVE, value: true },
  { type: CK.CKA_EXTRACTABLE, value: false },
  { type: CK.CKA_ENCRYPT, value: true },
  { type: CK.CKA_DECRYPT, value: true },
]

function gcm(nonce: Uint8Array, associated: Uint8Array): Mechanism {
  const parameter = {
    type: PARAMETERS.gcm,
    iv: Buffer.from(nonce),
    aad: Buffer.from(associated),
    ivBits: 8 * nonce.length,
    tagBits: 8 * TAG_OCTETS,
  }
  return { mechanism: CK.CKM_AES_GCM, parameter }
}

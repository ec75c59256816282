import type { Backend } from '../backend.ts'
import { unhex } from '../bytes.ts'
import { makeHkdf } from '../hkdf.ts'
import type { Kem } from '../kem.ts'
import { makeXWing } from '../xwing.ts'
import { dealer, is, orRefusal } from './outcome.ts'
import type {
  AeadVector,
  AgreementVector,
  Argon2idVector,
  DecapsulationVector,
  EncapsulationVector,
  HashVector,
  HkdfVector,
  HmacVector,
  SignatureVector,
  SigningVector,
} from './vectors.ts'

/** The digest, in one piece and in two. */
export function hash(backend: Backend, vector: HashVector): boolean {
  const message = unhex(vector.message)
  const middle = message.length >> 1
  const whole = digest(backend, vector, [message])
  const halves = digest(backend, vector, [message.subarray(0, middle), message.subarray(middle)])
  return is(whole, vector.digest) && is(halves, vector.digest)
}

function digest(backend: Backend, vector: HashVector, parts: readonly Uint8Array[]): Uint8Array {
  if (vector.hash === 'shake256') return backend.shake256(vector.digest.length / 2, ...parts)
  return backend[vector.hash](...parts)
}

/** The tag, as far as the vector gives it. */
export function hmac(backend: Backend, vector: HmacVector): boolean {
  const keyed = vector.hash === 'sha256' ? backend.hmacSha256 : backend.hmacSha512
  const tag = keyed(unhex(vector.key), unhex(vector.message))
  return is(tag.subarray(0, vector.tag.length / 2), vector.tag) === vector.good
}

/** Both steps. */
export function hkdf(backend: Backend, vector: HkdfVector): boolean {
  const own = makeHkdf(backend)
  const prk = own.extract(vector.hash, unhex(vector.salt), unhex(vector.ikm))
  const okm = orRefusal(() => own.expand(vector.hash, prk, unhex(vector.info), vector.octets))
  return vector.okm === null ? okm === undefined : is(okm, vector.okm)
}

/** The shared secret, or the refusal. */
export function agreement(backend: Backend, vector: AgreementVector): boolean {
  const group = backend[vector.group]
  const shared = orRefusal(() => group.fromSecret(unhex(vector.secret)).agree(unhex(vector.peer)))
  return vector.shared === null ? shared === undefined : is(shared, vector.shared)
}

/** The verdict. */
export function signature(backend: Backend, vector: SignatureVector): boolean {
  const verdict = backend[vector.scheme].verify(
    unhex(vector.public),
    unhex(vector.message),
    unhex(vector.signature),
  )
  return verdict === vector.good
}

/** Ed25519's signature, octet by octet. */
export function signing(backend: Backend, vector: SigningVector): boolean {
  const key = backend.ed25519.fromSecret(unhex(vector.seed))
  return is(key.publicKey, vector.public) && is(key.sign(unhex(vector.message)), vector.signature)
}

/** Opened, and if it opens, sealed again to the same octets. */
export function aead(backend: Backend, vector: AeadVector): boolean {
  const { nonce, aad, plaintext, sealed } = vector
  const key = backend[vector.cipher].key(unhex(vector.key))
  const opened = orRefusal(() => key.open(unhex(nonce), unhex(sealed), unhex(aad)))
  if (!vector.opens) return opened === undefined
  return is(opened, plaintext) && is(key.seal(unhex(nonce), unhex(plaintext), unhex(aad)), sealed)
}

/** The public key and the shared secret, or the refusal. */
export function decapsulation(backend: Backend, vector: DecapsulationVector): boolean {
  const key = orRefusal(() => kemOf(backend, vector.kem).fromSecret(unhex(vector.seed)))
  if (key === undefined) return vector.shared === null
  const shared = key.decapsulate(unhex(vector.ciphertext))
  if (vector.public !== null && !is(key.publicKey, vector.public)) return false
  return vector.shared === null ? shared === undefined : is(shared, vector.shared)
}

/** The encapsulation octet by octet where it can be replayed, its sizes where not; or the refusal. */
export function encapsulation(backend: Backend, vector: EncapsulationVector): boolean {
  const kem = kemOf(backend, vector.kem)
  const made = kem.encapsulate(unhex(vector.public), dealer(vector.randomness))
  if (vector.ciphertext === null || vector.shared === null) return made === undefined
  if (backend.replaysEncapsulation) {
    return is(made?.ciphertext, vector.ciphertext) && is(made?.shared, vector.shared)
  }
  return made?.ciphertext.length === kem.ciphertextOctets && made.shared.length === kem.sharedOctets
}

function kemOf(backend: Backend, name: 'mlkem768' | 'xwing'): Kem {
  return name === 'xwing' ? makeXWing(backend) : backend.mlkem768
}

/** The hash. */
export function argon2id(backend: Backend, vector: Argon2idVector): boolean {
  const octets = vector.hash.length / 2
  const made = backend.argon2id(unhex(vector.password), unhex(vector.salt), vector, octets)
  return is(made, vector.hash)
}

import type { Aead } from './aead.ts'
import type { KeyAgreement } from './agreement.ts'
import type { Argon2id } from './argon2id-cost.ts'
import type { ExtendableHash, Hash, KeyedHash } from './hash.ts'
import type { Kem } from './kem.ts'
import type { Signatures } from './signatures.ts'

/** All primitives of one backend: what the conformance suite runs over. */
export interface Backend {
  readonly name: string
  /** Whether ML-KEM's encapsulation can be replayed from a given randomness. */
  readonly replaysEncapsulation: boolean
  readonly sha256: Hash
  readonly sha512: Hash
  readonly sha3_256: Hash
  readonly shake256: ExtendableHash
  readonly hmacSha256: KeyedHash
  readonly hmacSha512: KeyedHash
  readonly x25519: KeyAgreement
  readonly p256: KeyAgreement
  readonly ed25519: Signatures
  readonly ecdsaP256: Signatures
  readonly mlkem768: Kem
  readonly aes128gcm: Aead
  readonly aes256gcm: Aead
  readonly chacha20poly1305: Aead
  readonly argon2id: Argon2id
}

import type { Backend } from '../backend.ts'
import { aes128gcm, aes256gcm } from './aes-gcm.ts'
import { argon2id } from './argon2id.ts'
import { chacha20poly1305 } from './chacha20poly1305.ts'
import { ecdsaP256 } from './ecdsa-p256.ts'
import { ed25519 } from './ed25519.ts'
import { sha256, sha3_256, sha512, shake256 } from './hash.ts'
import { hmacSha256, hmacSha512 } from './hmac.ts'
import { mlkem768 } from './mlkem768.ts'
import { p256 } from './p256.ts'
import { x25519 } from './x25519.ts'

/** Node's own crypto: OpenSSL. */
export const backend: Backend = {
  name: 'node',
  replaysEncapsulation: false,
  sha256,
  sha512,
  sha3_256,
  shake256,
  hmacSha256,
  hmacSha512,
  x25519,
  p256,
  ed25519,
  ecdsaP256,
  mlkem768,
  aes128gcm,
  aes256gcm,
  chacha20poly1305,
  argon2id,
}

import { createCipheriv, createDecipheriv, createSecretKey, randomBytes } from 'node:crypto'

/** AES-256-GCM in both directions under one KeyObject, with key, nonce and `aadOctets` of associated data at hand. */
export function bareCipher(octets: number, aadOctets: number): () => void {
  const key = createSecretKey(randomBytes(32))
  const nonce = randomBytes(12)
  const aad = randomBytes(aadOctets)
  const payload = randomBytes(octets)
  const options = { authTagLength: 16 }
  return () => {
    const cipher = createCipheriv('aes-256-gcm', key, nonce, options)
    cipher.setAAD(aad, { plaintextLength: octets })
    const sealed = cipher.update(payload)
    cipher.final()
    const tag = cipher.getAuthTag()
    const decipher = createDecipheriv('aes-256-gcm', key, nonce, options)
    decipher.setAAD(aad, { plaintextLength: octets })
    decipher.setAuthTag(tag)
    decipher.update(sealed)
    decipher.final()
  }
}

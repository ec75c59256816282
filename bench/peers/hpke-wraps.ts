import { Aes256Gcm, CipherSuite, HkdfSha256 } from '@hpke/core'
import { XWing } from '@hpke/hybridkem-x-wing'

/** HPKE with X-Wing, as its own page shows it: a secret of 32 octets sealed to each of `count` public keys. */
export async function hpkeWraps(count: number): Promise<() => Promise<void>> {
  const suite = new CipherSuite({ kem: new XWing(), kdf: new HkdfSha256(), aead: new Aes256Gcm() })
  const keys: CryptoKey[] = []
  for (let i = 0; i < count; i += 1) keys.push((await suite.kem.generateKeyPair()).publicKey)
  const secret = crypto.getRandomValues(new Uint8Array(32))
  return async () => {
    for (const recipientPublicKey of keys) {
      const sender = await suite.createSenderContext({ recipientPublicKey })
      await sender.seal(secret)
    }
  }
}

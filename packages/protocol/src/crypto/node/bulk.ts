import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject } from 'node:crypto'

import { BULK_TAG_OCTETS, type BulkKey, makeBulkKey } from '../bulk.ts'
import { octetsOf } from '../bytes.ts'
import { type Secret, unwiped } from '../secret.ts'
import { plain } from './buffers.ts'

const CIPHER = 'aes-256-gcm'
const OPTIONS = { authTagLength: BULK_TAG_OCTETS } as const

/** A key for AES-256-GCM (SP 800-38D). */
export const bulkKey: (raw: Uint8Array | Secret) => BulkKey = makeBulkKey((raw) => {
  let held: KeyObject | undefined = createSecretKey(raw)
  return {
    seal({ nonce, head, parts, room }) {
      const cipher = createCipheriv(CIPHER, unwiped(held), nonce, OPTIONS)
      const octets = octetsOf(parts)
      cipher.setAAD(head, { plaintextLength: octets })
      let end = room + head.length
      const whole = plain(Buffer.allocUnsafeSlow(end + octets + BULK_TAG_OCTETS))
      whole.fill(0, 0, room)
      whole.set(head, room)
      for (const part of parts) {
        const ciphertext = cipher.update(part)
        whole.set(ciphertext, end)
        end += ciphertext.length
        letGo(ciphertext)
      }
      cipher.final()
      whole.set(cipher.getAuthTag(), end)
      return whole
    },
    open(nonce, sealed, head) {
      const end = sealed.length - BULK_TAG_OCTETS
      const decipher = createDecipheriv(CIPHER, unwiped(held), nonce, OPTIONS)
      decipher.setAAD(head, { plaintextLength: end })
      decipher.setAuthTag(sealed.subarray(end))
      const plaintext = decipher.update(sealed.subarray(0, end))
      try {
        decipher.final()
        return plain(plaintext)
      } catch {
        // What a forger sent was deciphered before the tag could be compared: nobody shall see it.
        plaintext.fill(0)
        return undefined
      }
    },
    wipe() {
      held = undefined
    },
  }
})

/**
 * Frees memory that nobody else sees now. Left to the collector, which runs whenever some 30 MB have gathered, a fast
 * transfer spends a third of its time on collecting.
 */
function letGo({ buffer, length }: Buffer): void {
  if (length > 0 && length === buffer.byteLength && buffer instanceof ArrayBuffer)
    buffer.transfer(0)
}

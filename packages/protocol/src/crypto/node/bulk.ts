import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject } from 'node:crypto'

import { BULK_TAG_OCTETS, type BulkKey, makeBulkKey } from '../bulk.ts'
import { concat, octetsOf } from '../bytes.ts'
import { type Secret, unwiped } from '../secret.ts'
import { plain } from './buffers.ts'
import { openWith, standsAlone } from './cipher.ts'

const OPTIONS = { authTagLength: BULK_TAG_OCTETS } as const

/** A key for AES-256-GCM or AES-128-GCM (SP 800-38D). */
export const bulkKey: (raw: Uint8Array | Secret) => BulkKey = makeBulkKey((raw) => {
  const name = raw.length === 16 ? 'aes-128-gcm' : 'aes-256-gcm'
  let held: KeyObject | undefined = createSecretKey(raw)
  return {
    seal({ nonce, head, unsent, parts, room }) {
      const cipher = createCipheriv(name, unwiped(held), nonce, OPTIONS)
      const octets = octetsOf(parts)
      const associated = unsent === undefined ? head : concat(head, unsent)
      cipher.setAAD(associated, { plaintextLength: octets })
      let end = room + head.length
      const whole = roomFor(end + octets + BULK_TAG_OCTETS)
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
    open: (nonce, sealed, head) =>
      openWith(createDecipheriv(name, unwiped(held), nonce, OPTIONS), sealed, head),
    wipe() {
      held = undefined
    },
  }
})

/** Where a message was given back to be sealed into again: here it is left to whoever sent it, who may free it. */
export function giveBack(_whole: Uint8Array): void {
  // Nothing to keep.
}

/** Octets up to which clean memory costs less than unclean, and is left to the collector. Our choice. */
const SHORT_OCTETS = 1_024

function roomFor(octets: number): Uint8Array {
  return octets <= SHORT_OCTETS ? new Uint8Array(octets) : plain(Buffer.allocUnsafeSlow(octets))
}

/**
 * Frees memory that nobody else sees now. Left to the collector, which runs whenever some 30 MB have gathered, a fast
 * transfer spends a third of its time on collecting.
 */
function letGo(octets: Buffer): void {
  if (octets.length > SHORT_OCTETS && standsAlone(octets)) octets.buffer.transfer(0)
}

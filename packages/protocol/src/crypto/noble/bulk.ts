import { BULK_TAG_OCTETS, type BulkKey, makeBulkKey } from '../bulk.ts'
import { concat, octetsOf } from '../bytes.ts'
import { platform, type PlatformKey } from '../platform.ts'
import { type Secret, unwiped } from '../secret.ts'

const NAME = 'AES-GCM'

/** A key for AES-256-GCM or AES-128-GCM (SP 800-38D) that only WebCrypto holds, and that cannot be taken out of it. */
export const bulkKey: (raw: Uint8Array | Secret) => BulkKey = makeBulkKey((raw) => {
  const { subtle } = platform.crypto
  // WebCrypto copies the key before it returns.
  let held: Promise<PlatformKey> | undefined = subtle.importKey('raw', raw, NAME, false, [
    'encrypt',
    'decrypt',
  ])
  return {
    seal({ nonce, head, unsent, parts, room }) {
      const key = unwiped(held)
      const start = room + head.length
      const octets = octetsOf(parts)
      const whole = memoryFor(start + octets + BULK_TAG_OCTETS)
      whole.fill(0, 0, room)
      whole.set(head, room)
      let end = start
      for (const part of parts) {
        whole.set(part, end)
        end += part.length
      }
      const associated = unsent === undefined ? head : concat(head, unsent)
      const how = { name: NAME, iv: nonce, additionalData: associated }
      return key
        .then((native) => subtle.encrypt(how, native, whole.subarray(start, end)))
        .then((sealed) => {
          whole.set(new Uint8Array(sealed), start)
          return whole
        })
    },
    open(nonce, sealed, head) {
      const key = unwiped(held)
      const how = { name: NAME, iv: nonce, additionalData: head }
      return key
        .then((native) => subtle.decrypt(how, native, sealed))
        .then(
          (plaintext) => new Uint8Array(plaintext),
          () => undefined, // the tag does not fit
        )
    },
    wipe() {
      held = undefined
    },
  }
})

/** Memory of messages that are on their way: the system makes every page of fresh memory anew, and that costs. */
const spare: Uint8Array[] = []
/** So many are kept at most: more than a page has under way at once. Our choice. */
const SPARE_MESSAGES = 48
/** Octets from which on it pays. Our choice. */
const WORTH_OCTETS = 16_384

/**
 * Takes back a whole array that {@link BulkKey.seal} gave, once, when nobody will look at it any more: another message may
 * be sealed into it.
 */
export function giveBack(whole: Uint8Array): void {
  const { length, buffer } = whole
  const isWhole = length === buffer.byteLength
  if (isWhole && length >= WORTH_OCTETS && spare.length < SPARE_MESSAGES) spare.push(whole)
}

function memoryFor(octets: number): Uint8Array {
  const known = octets >= WORTH_OCTETS ? spare.pop() : undefined
  return known?.length === octets ? known : new Uint8Array(octets)
}

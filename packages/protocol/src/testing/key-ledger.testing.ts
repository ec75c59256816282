import { bulkKey, hex, unhex, type BulkKey } from '../crypto/index.ts'
import { expose } from '../crypto/secret.ts'
import type { KeyMaker } from '../session/epoch.ts'
import { atOnce } from './records.testing.ts'

/** Every record key that one end ever made, in order: two an epoch, the initiator's first. */
export interface KeyLedger {
  readonly makeKey: KeyMaker
  /** In hexadecimal. */
  readonly made: readonly string[]
  /** Those that are not wiped. */
  live(): readonly string[]
  /** What somebody who takes all that is live now can do ever after: whether a record opens. */
  steal(): (record: Uint8Array) => boolean
}

/** A ledger, and the key maker that writes it. */
export function keyLedger(): KeyLedger {
  const made: string[] = []
  /** IVs by key, as far as they were used; the live keys. */
  const live = new Map<string, Uint8Array>()
  return {
    made,
    live: () => [...live.keys()],
    steal() {
      const stolen = [...live].map(([raw, iv]) => ({ key: bulkKey(unhex(raw)), iv }))
      return (record) => {
        const head = record.subarray(0, 10)
        return stolen.some(
          ({ key, iv }) =>
            atOnce(key.open(mixed(iv, head), record.subarray(10), head)) !== undefined,
        )
      }
    },
    makeKey(raw): BulkKey {
      const name = hex(expose(raw))
      made.push(name)
      live.set(name, new Uint8Array(12))
      const key = bulkKey(raw)
      return {
        seal(message) {
          live.set(name, mixed(message.nonce, message.head))
          return key.seal(message)
        },
        open(nonce, sealed, head) {
          live.set(name, mixed(nonce, head))
          return key.open(nonce, sealed, head)
        },
        wipe() {
          live.delete(name)
          key.wipe()
        },
      }
    },
  }
}

/** A nonce from an IV and a record's head, or the other way round: the counter is mixed into the last four octets. */
function mixed(octets: Uint8Array, head: Uint8Array): Uint8Array {
  return octets.map((octet, i) => (i < 8 ? octet : octet ^ head[i - 2]!))
}

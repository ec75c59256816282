import { concat, utf8 } from './bytes.ts'
import type { HashName, Hkdf } from './hkdf.ts'

/** A key derivation function of HPKE (RFC 9180 §7.2). */
export interface HpkeKdf {
  /** Its number in the IANA registry of HPKE. */
  readonly id: number
  readonly hash: HashName
  /** Octets that it extracts, Nh. */
  readonly octets: number
  readonly hkdf: Hkdf
}

/** A KDF bound to one suite, so that no two suites derive alike (RFC 9180 §4). */
export interface LabeledKdf {
  extract(salt: Uint8Array, label: string, ikm: Uint8Array): Uint8Array
  expand(prk: Uint8Array, label: string, info: Uint8Array, octets: number): Uint8Array
}

const VERSION = utf8('HPKE-v1')

/** LabeledExtract and LabeledExpand for `suiteId` (RFC 9180 §4). */
export function labeled(kdf: HpkeKdf, suiteId: Uint8Array): LabeledKdf {
  return {
    extract(salt, label, ikm) {
      const labeledIkm = concat(VERSION, suiteId, utf8(label), ikm)
      const prk = kdf.hkdf.extract(kdf.hash, salt, labeledIkm)
      labeledIkm.fill(0)
      return prk
    },
    expand(prk, label, info, octets) {
      const labeledInfo = concat(i2osp2(octets), VERSION, suiteId, utf8(label), info)
      return kdf.hkdf.expand(kdf.hash, prk, labeledInfo, octets)
    },
  }
}

/** Two octets, big-endian: I2OSP(value, 2). */
export function i2osp2(value: number): Uint8Array {
  return Uint8Array.of(value >>> 8, value)
}

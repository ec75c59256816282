import type { Requirement, Token } from '../token/index.ts'
import { CK } from '../token/constants.ts'
import { storeCertificate, type NewCertificate } from './certificates.ts'
import {
  findPairs,
  makePair,
  privateKeyOf,
  removePair,
  type FoundPair,
  type PairName,
  type PairUse,
} from './pairs.ts'
import { trafficActs, type TrafficActs } from './traffic-acts.ts'
import { derive, sign } from './using.ts'

/** What a thread does with the key pairs of a token. All throw {@link HufuError} `ERR_HSM_…`. */
export interface KeyActs extends TrafficActs {
  /** The P-256 pairs that have a CKA_ID. */
  pairs(): readonly FoundPair[]
  make(label: string, use: PairUse): PairName
  remove(pair: PairName): void
  /** Which of these are there. */
  present(pairs: readonly PairName[]): readonly boolean[]
  /** ECDSA over a hash of 32 octets: r ‖ s, 64 octets. */
  sign(pair: PairName, hash: Uint8Array): Uint8Array
  /** ECDH with an uncompressed point, which the caller has checked: the x-coordinate, 32 octets. */
  derive(pair: PairName, point: Uint8Array): Uint8Array
  /** Puts a certificate beside its pair, in the place of the one that had the same label. */
  store(pair: PairName, certificate: NewCertificate): void
}

/** What a token must be able to do to hold a key. */
export const KEY_MECHANISMS: readonly Requirement[] = [
  { mechanism: CK.CKM_ECDSA, flags: CK.CKF_SIGN },
  { mechanism: CK.CKM_ECDH1_DERIVE, flags: CK.CKF_DERIVE },
]

/** The key pairs of a token. */
export function keyActs(token: Token): KeyActs {
  return {
    ...trafficActs(token),
    pairs: () => token.run((session) => findPairs(token, session)),
    make: (label, use) => token.run((session) => makePair(token, session, { label, use })),
    remove: (pair) => token.run((session) => removePair(token, session, pair)),
    present: (pairs) =>
      token.run((session) => pairs.map((pair) => privateKeyOf(token, session, pair) !== undefined)),
    sign: (pair, hash) => token.run((session) => sign(token, session, pair, hash)),
    derive: (pair, point) => token.run((session) => derive(token, session, pair, point)),
    store: (pair, certificate) =>
      token.run((session) => storeCertificate(token, session, pair.id, certificate)),
  }
}

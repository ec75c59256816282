import { hkdf, lvCat, Secret, utf8, wipe, type Random } from '../crypto/index.ts'
import {
  aes256gcm,
  hpkeAes256Gcm,
  hpkeHkdfSha256,
  hpkeP256,
  hpkeX25519,
  hpkeXwing,
  setupRecipient,
  setupSender,
  type HpkeAgreementKey,
  type HpkeDecapsulationKey,
  type HpkeKem,
} from '../crypto/more.ts'
import { decodeCbor, encodeCbor } from '../wire/cbor.ts'
import { u64 } from './secrets.ts'

/*
 * How a call's secret reaches one member.
 *
 *   first    HPKE to the member's KEY, and inside that to its per-call X-Wing key: neither alone opens it
 *   again    HPKE to its per-call X-Wing key, for one who comes back, or whose host is another
 *   later    AES-256-GCM under a key that both HPKE contexts export, which no token has to be asked for again
 */

/** What a member has its secrets sealed to. */
export interface WrapTarget {
  /** Of the member's KEY: X25519, 32 octets, or a point on P-256, 65. */
  readonly keyAlgorithm: 'x25519' | 'p256'
  readonly keyPublic: Uint8Array
  /** Of its per-call X-Wing key, 1,216 octets. */
  readonly callPublic: Uint8Array
}

/** The first wrap, and what later ones are made under. */
export interface FirstWrap {
  readonly sealed: Uint8Array
  /** 32 octets. */
  readonly pairwise: Secret
}

/**
 * Seals `secret` to a member. `undefined` if one of its public keys is malformed.
 *
 * @param info what both ends know alike and neither may be mistaken about: call, term, both ends' proofs.
 */
export function wrapFirst(
  target: WrapTarget,
  secret: Secret,
  info: Uint8Array,
  random: Random,
): FirstWrap | undefined {
  const outer = setupSender(outerSuite(target.keyAlgorithm), target.keyPublic, info, random)
  const inner = setupSender(INNER, target.callPublic, info, random)
  if (outer === undefined || inner === undefined) return undefined
  const sealedInner = inner.seal(info, secret.expose())
  const sealedOuter = outer.seal(info, encodeCbor([inner.enc, sealedInner]))
  const pairwise = pairwiseKey(outer.export(EXPORT, 32), inner.export(EXPORT, 32), info)
  outer.wipe()
  inner.wipe()
  return { sealed: encodeCbor([outer.enc, sealedOuter]), pairwise }
}

/** The two keys that open a first wrap. A token that answers later is asked first (see {@link encOf}). */
export interface WrapOpener {
  readonly keyAlgorithm: WrapTarget['keyAlgorithm']
  readonly key: HpkeAgreementKey
  readonly call: HpkeDecapsulationKey
}

/** Opens what {@link wrapFirst} sealed; `undefined` if it is not for these keys and this `info`. */
export function openFirst(
  opener: WrapOpener,
  sealed: Uint8Array,
  info: Uint8Array,
): { readonly secret: Secret; readonly pairwise: Secret } | undefined {
  const outerPair = pairOf(sealed)
  if (outerPair === undefined) return undefined
  const outer = setupRecipient(outerSuite(opener.keyAlgorithm), opener.key, outerPair[0], info)
  if (outer === undefined) return undefined
  const wrapped = outer.open(info, outerPair[1])
  const innerPair = wrapped === undefined ? undefined : pairOf(wrapped)
  const inner =
    innerPair === undefined ? undefined : setupRecipient(INNER, opener.call, innerPair[0], info)
  const octets = innerPair === undefined ? undefined : inner?.open(info, innerPair[1])
  const opened =
    octets === undefined || inner === undefined
      ? undefined
      : {
          secret: new Secret(octets),
          pairwise: pairwiseKey(outer.export(EXPORT, 32), inner.export(EXPORT, 32), info),
        }
  outer.wipe()
  inner?.wipe()
  return opened
}

/** Seals `secret` to a member's per-call X-Wing key alone: it is in the call already. `undefined` if that is malformed. */
export function wrapAgain(
  callPublic: Uint8Array,
  secret: Secret,
  info: Uint8Array,
  random: Random,
): FirstWrap | undefined {
  const inner = setupSender(INNER, callPublic, info, random)
  if (inner === undefined) return undefined
  const sealed = encodeCbor([inner.enc, inner.seal(info, secret.expose())])
  const pairwise = pairwiseKey(new Uint8Array(0), inner.export(EXPORT, 32), info)
  inner.wipe()
  return { sealed, pairwise }
}

/** Opens what {@link wrapAgain} sealed; `undefined` if it is not for this key and this `info`. */
export function openAgain(
  key: HpkeDecapsulationKey,
  sealed: Uint8Array,
  info: Uint8Array,
): { readonly secret: Secret; readonly pairwise: Secret } | undefined {
  const pair = pairOf(sealed)
  const inner = pair === undefined ? undefined : setupRecipient(INNER, key, pair[0], info)
  const octets = pair === undefined ? undefined : inner?.open(info, pair[1])
  const opened =
    octets === undefined || inner === undefined
      ? undefined
      : {
          secret: new Secret(octets),
          pairwise: pairwiseKey(new Uint8Array(0), inner.export(EXPORT, 32), info),
        }
  inner?.wipe()
  return opened
}

/** What the KEY has to agree with to open a first wrap: its sender's share; `undefined` if it is malformed. */
export function encOf(sealed: Uint8Array): Uint8Array | undefined {
  return pairOf(sealed)?.[0]
}

/** What a later wrap is for. Both ends build it. */
export interface LaterWrap {
  readonly call: Uint8Array
  readonly term: number
  /** Its nonce: one ciphertext for each member and epoch, sent again as it is. */
  readonly epoch: number
  readonly rosterHash: Uint8Array
  /** One of the receiver's two latest, 32 octets: shows that this was made after it. */
  readonly nonce: Uint8Array
}

/** Seals `secret` under a pairwise key. */
export function wrapLater(pairwise: Secret, secret: Secret, what: LaterWrap): Uint8Array {
  const key = aes256gcm.key(pairwise)
  const sealed = key.seal(nonceOf(what.epoch), secret.expose(), boundTo(what))
  key.wipe()
  return sealed
}

/** Opens what {@link wrapLater} sealed; `undefined` if it is not this. */
export function openLater(
  pairwise: Secret,
  sealed: Uint8Array,
  what: LaterWrap,
): Secret | undefined {
  const key = aes256gcm.key(pairwise)
  const octets = key.open(nonceOf(what.epoch), sealed, boundTo(what))
  key.wipe()
  return octets === undefined ? undefined : new Secret(octets)
}

const INNER = { kem: hpkeXwing, kdf: hpkeHkdfSha256, aead: hpkeAes256Gcm }
const EXPORT = utf8('hufu/1 call pairwise')

function outerSuite(algorithm: WrapTarget['keyAlgorithm']): {
  readonly kem: HpkeKem<HpkeAgreementKey>
  readonly kdf: typeof hpkeHkdfSha256
  readonly aead: typeof hpkeAes256Gcm
} {
  const kem = algorithm === 'p256' ? hpkeP256 : hpkeX25519
  return { kem, kdf: hpkeHkdfSha256, aead: hpkeAes256Gcm }
}

function pairwiseKey(outer: Uint8Array, inner: Uint8Array, info: Uint8Array): Secret {
  const ikm = lvCat(outer, inner)
  const key = new Secret(hkdf('sha256', ikm, info, EXPORT, 32))
  wipe(outer, inner, ikm)
  return key
}

function pairOf(octets: Uint8Array): readonly [Uint8Array, Uint8Array] | undefined {
  const decoded = decodeCbor(octets)
  if (!decoded.ok || !Array.isArray(decoded.value) || decoded.value.length !== 2) return undefined
  const [first, second] = decoded.value as readonly unknown[]
  return first instanceof Uint8Array && second instanceof Uint8Array ? [first, second] : undefined
}

function nonceOf(epoch: number): Uint8Array {
  const nonce = new Uint8Array(12)
  nonce.set(u64(epoch), 4)
  return nonce
}

function boundTo({ call, term, epoch, rosterHash, nonce }: LaterWrap): Uint8Array {
  return lvCat(utf8('hufu/1 call fresh'), call, u64(term), u64(epoch), rosterHash, nonce)
}

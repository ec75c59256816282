import { equal, random } from '@hufu/protocol/crypto'
import { HufuError } from '@hufu/protocol/wire'
import { CK } from '../token/constants.ts'
import type { Attribute, Handle } from '../token/cryptoki.ts'
import { attributeOf, findObjects, flagOf } from '../token/objects.ts'
import type { Token } from '../token/token.ts'
import { certificatesBeside, type FoundCertificate } from './certificates.ts'

/** What a key pair is called in its token. */
export interface PairName {
  /** CKA_LABEL: a person's. Both pairs of a key have the same. */
  readonly label: string
  /** CKA_ID: of one pair alone, and of its certificates. */
  readonly id: Uint8Array
}

export type PairUse = 'signing' | 'agreement'

/** A pair on P-256 as its token describes it. */
export interface FoundPair {
  readonly name: PairName
  readonly signs: boolean
  readonly agrees: boolean
  /** The token does not give it out. */
  readonly stays: boolean
  /** An uncompressed point of 65 octets, not checked; `undefined` if the token has the private key alone. */
  readonly publicKey: Uint8Array | undefined
  readonly certificates: readonly FoundCertificate[]
}

/** CKA_EC_PARAMS: the object identifier of P-256, DER (SEC 2 §2.4.2, RFC 5480 §2.1.1.1). */
const P256 = Uint8Array.of(0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07)
const POINT_OCTETS = 65
const ID_OCTETS = 16

/** The P-256 pairs of a token, but for those without a CKA_ID: nothing could be put beside them. */
export function findPairs(token: Token, session: Handle): readonly FoundPair[] {
  const { cryptoki } = token
  return findObjects(cryptoki, session, EC_PRIVATE).flatMap((key) => {
    const read = (type: number): Uint8Array | undefined => attributeOf(cryptoki, session, key, type)
    const id = read(CK.CKA_ID)
    const curve = read(CK.CKA_EC_PARAMS)
    if (id === undefined || id.length === 0) return []
    if (curve === undefined || !equal(curve, P256)) return []
    const flag = (type: number, otherwise: boolean): boolean => flagOf(read(type), otherwise)
    return [
      {
        name: { label: Buffer.from(read(CK.CKA_LABEL) ?? []).toString(), id },
        signs: flag(CK.CKA_SIGN, false),
        agrees: flag(CK.CKA_DERIVE, false),
        stays: flag(CK.CKA_SENSITIVE, false) && !flag(CK.CKA_EXTRACTABLE, true),
        publicKey: publicKeyOf(token, session, id),
        certificates: certificatesBeside(token, session, id),
      },
    ]
  })
}

/**
 * Makes a pair that never leaves the token, for one use and no other.
 *
 * @throws {HufuError} `ERR_HSM_FAILED` if the token made one that may leave.
 */
export function makePair(
  token: Token,
  session: Handle,
  { label, use }: { readonly label: string; readonly use: PairUse },
): PairName {
  const { cryptoki } = token
  const name: PairName = { label, id: random(ID_OCTETS) }
  const signs = use === 'signing'
  const common = (objectClass: number): Attribute[] => [
    { type: CK.CKA_CLASS, value: objectClass },
    { type: CK.CKA_KEY_TYPE, value: CK.CKK_EC },
    { type: CK.CKA_TOKEN, value: true },
    { type: CK.CKA_LABEL, value: label },
    { type: CK.CKA_ID, value: Buffer.from(name.id) },
  ]
  const { privateKey } = cryptoki.C_GenerateKeyPair(
    session,
    { mechanism: CK.CKM_EC_KEY_PAIR_GEN },
    [
      ...common(CK.CKO_PUBLIC_KEY),
      { type: CK.CKA_PRIVATE, value: false },
      { type: CK.CKA_EC_PARAMS, value: Buffer.from(P256) },
      { type: CK.CKA_VERIFY, value: signs },
    ],
    [
      ...common(CK.CKO_PRIVATE_KEY),
      { type: CK.CKA_PRIVATE, value: true },
      { type: CK.CKA_SENSITIVE, value: true },
      { type: CK.CKA_EXTRACTABLE, value: false },
      { type: CK.CKA_SIGN, value: signs },
      { type: CK.CKA_DERIVE, value: !signs },
      { type: CK.CKA_DECRYPT, value: false },
      { type: CK.CKA_UNWRAP, value: false },
    ],
  )
  const is = (type: number, otherwise: boolean): boolean =>
    flagOf(attributeOf(cryptoki, session, privateKey, type), otherwise)
  if (is(CK.CKA_SENSITIVE, false) && !is(CK.CKA_EXTRACTABLE, true)) return name
  removePair(token, session, name)
  throw new HufuError('ERR_HSM_FAILED', 'the token made a key that can leave it; it was removed')
}

/** Removes both halves of a pair. */
export function removePair({ cryptoki }: Token, session: Handle, name: PairName): void {
  for (const objectClass of [CK.CKO_PRIVATE_KEY, CK.CKO_PUBLIC_KEY])
    for (const object of findObjects(cryptoki, session, [
      { type: CK.CKA_CLASS, value: objectClass },
      { type: CK.CKA_LABEL, value: name.label },
      { type: CK.CKA_ID, value: Buffer.from(name.id) },
    ]))
      cryptoki.C_DestroyObject(session, object)
}

/** The private half; `undefined` if the token does not have it. */
export function privateKeyOf(
  { cryptoki }: Token,
  session: Handle,
  { label, id }: PairName,
): Handle | undefined {
  const named: readonly Attribute[] = [
    { type: CK.CKA_ID, value: Buffer.from(id) },
    // a token that has no labels gives none, and finds none by them
    ...(label === '' ? [] : [{ type: CK.CKA_LABEL, value: label }]),
  ]
  return findObjects(cryptoki, session, [...EC_PRIVATE, ...named]).at(0)
}

const EC_PRIVATE: readonly Attribute[] = [
  { type: CK.CKA_CLASS, value: CK.CKO_PRIVATE_KEY },
  { type: CK.CKA_KEY_TYPE, value: CK.CKK_EC },
  { type: CK.CKA_TOKEN, value: true },
]

/** CKA_EC_POINT is an OCTET STRING with the point inside (v2.40 §2.3.3); some tokens give the point as it is. */
function publicKeyOf({ cryptoki }: Token, session: Handle, id: Uint8Array): Uint8Array | undefined {
  const [key] = findObjects(cryptoki, session, [
    { type: CK.CKA_CLASS, value: CK.CKO_PUBLIC_KEY },
    { type: CK.CKA_KEY_TYPE, value: CK.CKK_EC },
    { type: CK.CKA_ID, value: Buffer.from(id) },
  ])
  const value = key && attributeOf(cryptoki, session, key, CK.CKA_EC_POINT)
  if (value?.length === POINT_OCTETS && value[0] === 4) return value
  const wrapped = value?.length === POINT_OCTETS + 2 && value[0] === 4 && value[1] === POINT_OCTETS
  return wrapped && value[2] === 4 ? value.slice(2) : undefined
}

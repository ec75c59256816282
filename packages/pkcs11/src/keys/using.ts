import { HufuError } from '@hufu/protocol/wire'
import { CK, PARAMETERS } from '../token/constants.ts'
import type { Attribute, Handle } from '../token/cryptoki.ts'
import { returned } from '../token/faults.ts'
import { attributeOf, flagOf } from '../token/objects.ts'
import type { Token } from '../token/token.ts'
import { privateKeyOf, type PairName } from './pairs.ts'

const SIGNATURE_OCTETS = 64
const SECRET_OCTETS = 32

/** ECDSA over a hash: r ‖ s, 64 octets (v2.40 §2.3.1). */
export function sign(token: Token, session: Handle, pair: PairName, hash: Uint8Array): Uint8Array {
  const { cryptoki } = token
  const key = handleOf(token, session, pair)
  const asksAgain = flagOf(attributeOf(cryptoki, session, key, CK.CKA_ALWAYS_AUTHENTICATE), false)
  cryptoki.C_SignInit(session, { mechanism: CK.CKM_ECDSA }, key)
  if (asksAgain) token.confirm(session)
  const output = Buffer.alloc(SIGNATURE_OCTETS)
  const signature = cryptoki.C_Sign(session, Buffer.from(hash), output)
  if (signature.length !== SIGNATURE_OCTETS)
    throw new HufuError(
      'ERR_HSM_FAILED',
      `the token made a signature of ${signature.length} octets`,
    )
  return Uint8Array.from(signature)
}

/**
 * ECDH: the x-coordinate, 32 octets (v2.40 §2.3.9, CKD_NULL). The token gives it out as an object of this session, which is
 * destroyed; what it is used for is not in the token's power anyway.
 */
export function derive(
  token: Token,
  session: Handle,
  pair: PairName,
  point: Uint8Array,
): Uint8Array {
  const { cryptoki } = token
  const key = handleOf(token, session, pair)
  const shared = deriveObject(token, session, key, point)
  try {
    const value = attributeOf(cryptoki, session, shared, CK.CKA_VALUE)
    if (value === undefined || value.length === 0 || value.length > SECRET_OCTETS)
      throw new HufuError('ERR_HSM_MECHANISM', 'the token does not give out what ECDH yields')
    // some cut zeros off in front
    const padded = new Uint8Array(SECRET_OCTETS)
    padded.set(value, SECRET_OCTETS - value.length)
    value.fill(0)
    return padded
  } finally {
    cryptoki.C_DestroyObject(session, shared)
  }
}

/** The specification lets a token want the point as it is, or in an OCTET STRING; a token takes one of them at least. */
function deriveObject(
  { cryptoki }: Token,
  session: Handle,
  key: Handle,
  point: Uint8Array,
): Handle {
  const derived = (publicData: Buffer): Handle => {
    const parameter = { type: PARAMETERS.ecdh, kdf: CK.CKD_NULL, publicData }
    return cryptoki.C_DeriveKey(
      session,
      { mechanism: CK.CKM_ECDH1_DERIVE, parameter },
      key,
      SHARED_SECRET,
    )
  }
  try {
    return derived(Buffer.from(point))
  } catch (error) {
    if (!WANTS_DER.has(returned(error) ?? -1)) throw error
    return derived(Buffer.from([OCTET_STRING, point.length, ...point]))
  }
}

const OCTET_STRING = 0x04
const WANTS_DER: ReadonlySet<number> = new Set([
  CK.CKR_ARGUMENTS_BAD,
  CK.CKR_DATA_INVALID,
  CK.CKR_DATA_LEN_RANGE,
  CK.CKR_MECHANISM_PARAM_INVALID,
])

const SHARED_SECRET: readonly Attribute[] = [
  { type: CK.CKA_CLASS, value: CK.CKO_SECRET_KEY },
  { type: CK.CKA_KEY_TYPE, value: CK.CKK_GENERIC_SECRET },
  { type: CK.CKA_TOKEN, value: false },
  { type: CK.CKA_SENSITIVE, value: false },
  { type: CK.CKA_EXTRACTABLE, value: true },
  // without it some tokens do not know how long it is to be
  { type: CK.CKA_VALUE_LEN, value: SECRET_OCTETS },
]

function handleOf(token: Token, session: Handle, pair: PairName): Handle {
  return token.object(`the key ${pair.label} ${Buffer.from(pair.id).toString('hex')}`, () =>
    privateKeyOf(token, session, pair),
  )
}

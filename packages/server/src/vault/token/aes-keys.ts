import { random } from '@hufu/protocol/crypto'
import {
  attributeOf,
  CK,
  findObjects,
  isLost,
  PARAMETERS,
  type Attribute,
  type Handle,
  type Mechanism,
  type Requirement,
  type Token,
} from '@hufu/pkcs11/token'

/** A key in a token. */
export interface KeyName {
  readonly label: string
  /** CKA_ID, given when the key is made. */
  readonly id: Uint8Array
}

/** AES-256 keys in a token, which never leave it. All throw {@link HufuError} `ERR_HSM_…`. */
export interface AesKeys {
  /** Keys of this label that cannot leave the token; others are as if they were not there. */
  keys(label: string): readonly KeyName[]
  make(label: string): KeyName
  /** `nonce ‖ ciphertext ‖ tag`, AES-256-GCM. */
  wrap(key: KeyName, plaintext: Uint8Array, aad: Uint8Array): Uint8Array
  /** `undefined` if anything was altered. */
  unwrap(key: KeyName, wrapped: Uint8Array, aad: Uint8Array): Uint8Array | undefined
}

/** What a token must be able to do for a vault. */
export const AES_MECHANISMS: readonly Requirement[] = [
  { mechanism: CK.CKM_AES_KEY_GEN, flags: CK.CKF_GENERATE },
  { mechanism: CK.CKM_AES_GCM, flags: CK.CKF_ENCRYPT | CK.CKF_DECRYPT },
]

const NONCE_OCTETS = 12
const TAG_OCTETS = 16
const KEY_OCTETS = 32

/** The AES keys of a token. */
export function aesKeys(token: Token): AesKeys {
  const { cryptoki } = token
  const handleOf = (at: Handle, key: KeyName): Handle =>
    token.object(`the key ${key.label} ${Buffer.from(key.id).toString('hex')}`, () =>
      findObjects(cryptoki, at, template(key)).at(0),
    )
  const encrypt = (at: Handle, key: KeyName, message: Message): Buffer => {
    const output = Buffer.alloc(message.octets.length + TAG_OCTETS)
    const input = Buffer.from(message.octets)
    cryptoki.C_EncryptInit(at, gcm(message), handleOf(at, key))
    const sealed = cryptoki.C_Encrypt(at, input, output)
    input.fill(0)
    return sealed
  }
  return {
    keys: (label) =>
      token.run((at) =>
        findObjects(cryptoki, at, template({ label })).flatMap((handle) => {
          const id = identified(token, at, handle)
          return id === undefined ? [] : [{ label, id }]
        }),
      ),
    make: (label) =>
      token.run((at) => {
        const id = random(16)
        const mechanism = { mechanism: CK.CKM_AES_KEY_GEN }
        cryptoki.C_GenerateKey(at, mechanism, [...template({ label, id }), ...NEW_KEY])
        return { label, id }
      }),
    wrap: (key, plaintext, aad) =>
      token.run((at) => {
        const nonce = random(NONCE_OCTETS)
        const sealed = encrypt(at, key, { nonce, aad, octets: plaintext })
        return Uint8Array.from(Buffer.concat([nonce, sealed]))
      }),
    unwrap: (key, wrapped, aad) =>
      token.run((at) => {
        if (wrapped.length < NONCE_OCTETS + TAG_OCTETS) return undefined
        const nonce = wrapped.subarray(0, NONCE_OCTETS)
        const octets = wrapped.subarray(NONCE_OCTETS)
        const handle = handleOf(at, key)
        cryptoki.C_DecryptInit(at, gcm({ nonce, aad }), handle)
        try {
          const output = Buffer.alloc(octets.length)
          const plaintext = Uint8Array.from(cryptoki.C_Decrypt(at, Buffer.from(octets), output))
          output.fill(0)
          return plaintext
        } catch (error) {
          if (isLost(error)) throw error
          // Tokens say this in several ways, SoftHSM with a general error: so it is the input, if the key still works.
          encrypt(at, key, { nonce: random(NONCE_OCTETS), aad, octets: new Uint8Array(1) })
          return undefined
        }
      }),
  }
}

interface Message {
  readonly nonce: Uint8Array
  readonly aad: Uint8Array
  readonly octets: Uint8Array
}

function gcm({ nonce, aad }: Omit<Message, 'octets'>): Mechanism {
  const parameter = {
    type: PARAMETERS.gcm,
    iv: Buffer.from(nonce),
    aad: Buffer.from(aad),
    ivBits: 8 * NONCE_OCTETS,
    tagBits: 8 * TAG_OCTETS,
  }
  return { mechanism: CK.CKM_AES_GCM, parameter }
}

/** What a key must be. */
function template({
  label,
  id,
}: {
  readonly label: string
  readonly id?: Uint8Array
}): Attribute[] {
  return [
    { type: CK.CKA_CLASS, value: CK.CKO_SECRET_KEY },
    { type: CK.CKA_KEY_TYPE, value: CK.CKK_AES },
    { type: CK.CKA_TOKEN, value: true },
    { type: CK.CKA_SENSITIVE, value: true },
    { type: CK.CKA_EXTRACTABLE, value: false },
    { type: CK.CKA_LABEL, value: label },
    ...(id === undefined ? [] : [{ type: CK.CKA_ID, value: Buffer.from(id) }]),
  ]
}

/** What it is besides when we make it: for these two uses and no other. */
const NEW_KEY: readonly Attribute[] = [
  { type: CK.CKA_VALUE_LEN, value: KEY_OCTETS },
  { type: CK.CKA_PRIVATE, value: true },
  { type: CK.CKA_ENCRYPT, value: true },
  { type: CK.CKA_DECRYPT, value: true },
  { type: CK.CKA_WRAP, value: false },
  { type: CK.CKA_UNWRAP, value: false },
]

/** The CKA_ID of an AES-256 key; undefined if it has none, or another length. */
function identified({ cryptoki }: Token, session: Handle, key: Handle): Uint8Array | undefined {
  const length = attributeOf(cryptoki, session, key, CK.CKA_VALUE_LEN)
  const id = attributeOf(cryptoki, session, key, CK.CKA_ID)
  return length?.[0] !== KEY_OCTETS || id === undefined || id.length === 0 ? undefined : id
}

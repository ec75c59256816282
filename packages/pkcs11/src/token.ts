import { random } from '@hufu/protocol/crypto'
import { HufuError } from '@hufu/protocol/wire'
import {
  CK,
  GCM_PARAMETERS,
  type Attribute,
  type Cryptoki,
  type GcmMechanism,
  type Handle,
} from './cryptoki.ts'
import { faultOf, isLost } from './faults.ts'
import { initialize, openSession, type TokenAccess } from './session.ts'

/** A key in a token. */
export interface KeyName {
  readonly label: string
  /** CKA_ID, given when the key is made. */
  readonly id: Uint8Array
}

/** AES-256 keys in a token, which never leave it. All throw {@link HufuError} `ERR_HSM_…`. */
export interface Token {
  /** Keys of this label that cannot leave the token; others are as if they were not there. */
  keys(label: string): readonly KeyName[]
  make(label: string): KeyName
  /** `nonce ‖ ciphertext ‖ tag`, AES-256-GCM. */
  wrap(key: KeyName, plaintext: Uint8Array, aad: Uint8Array): Uint8Array
  /** `undefined` if anything was altered. */
  unwrap(key: KeyName, wrapped: Uint8Array, aad: Uint8Array): Uint8Array | undefined
  close(): void
}

const NONCE_OCTETS = 12
const TAG_OCTETS = 16
const KEY_OCTETS = 32
/** Keys of one label: one in use, one to come, and old ones that nobody has removed. */
const MOST_KEYS = 64

/**
 * The token that `access` names, in a library that has been loaded. A session is opened when it is first needed, and
 * anew when it was lost; after a wrong PIN never again.
 */
export function tokenOver(cryptoki: Cryptoki, access: TokenAccess): Token {
  let session: Handle | undefined
  let refused: HufuError | undefined
  const handles = new Map<string, Handle>()

  const opened = (): Handle => {
    if (refused !== undefined) throw refused
    try {
      return (session ??= openAnyhow(cryptoki, access))
    } catch (error) {
      const fault = faultOf(error)
      if (fault.code === 'ERR_HSM_PIN' || fault.code === 'ERR_HSM_LOCKED') refused = fault
      throw fault
    }
  }
  const lose = (): void => {
    handles.clear()
    const lost = session
    session = undefined
    try {
      if (lost !== undefined) cryptoki.C_CloseSession(lost)
    } catch {
      // it is gone already
    }
  }
  const run = <T>(act: (session: Handle) => T): T => {
    try {
      return act(opened())
    } catch (error) {
      if (!isLost(error)) throw faultOf(error)
      lose()
    }
    try {
      return act(opened())
    } catch (error) {
      throw faultOf(error)
    }
  }
  const handleOf = (at: Handle, key: KeyName): Handle => {
    const name = nameOf(key)
    const known = handles.get(name) ?? find(cryptoki, at, template(key))[0]
    if (known === undefined)
      throw new HufuError('ERR_HSM_FAILED', `the key ${key.label} is no longer in the token`)
    handles.set(name, known)
    return known
  }
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
      run((at) =>
        find(cryptoki, at, template({ label })).flatMap((handle) => {
          const id = identified(cryptoki, at, handle)
          return id === undefined ? [] : [{ label, id }]
        }),
      ),
    make: (label) =>
      run((at) => {
        const id = random(16)
        const mechanism = { mechanism: CK.CKM_AES_KEY_GEN }
        cryptoki.C_GenerateKey(at, mechanism, [...template({ label, id }), ...NEW_KEY])
        return { label, id }
      }),
    wrap: (key, plaintext, aad) =>
      run((at) => {
        const nonce = random(NONCE_OCTETS)
        const sealed = encrypt(at, key, { nonce, aad, octets: plaintext })
        return Uint8Array.from(Buffer.concat([nonce, sealed]))
      }),
    unwrap: (key, wrapped, aad) =>
      run((at) => {
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
    close: lose,
  }
}

/** Some libraries see a token that came back only when they are started anew. Whoever shares this one finds its session lost. */
function openAnyhow(cryptoki: Cryptoki, access: TokenAccess): Handle {
  initialize(cryptoki)
  try {
    return openSession(cryptoki, access)
  } catch (error) {
    if (faultOf(error).code !== 'ERR_HSM_ABSENT') throw error
    cryptoki.C_Finalize()
    initialize(cryptoki)
    return openSession(cryptoki, access)
  }
}

interface Message {
  readonly nonce: Uint8Array
  readonly aad: Uint8Array
  readonly octets: Uint8Array
}

function gcm({ nonce, aad }: Omit<Message, 'octets'>): GcmMechanism {
  const parameter = {
    type: GCM_PARAMETERS,
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

function find(
  cryptoki: Cryptoki,
  session: Handle,
  wanted: readonly Attribute[],
): readonly Handle[] {
  cryptoki.C_FindObjectsInit(session, wanted)
  try {
    return cryptoki.C_FindObjects(session, MOST_KEYS)
  } finally {
    cryptoki.C_FindObjectsFinal(session)
  }
}

/** The CKA_ID of an AES-256 key; undefined if it has none, or another length. */
function identified(cryptoki: Cryptoki, session: Handle, key: Handle): Uint8Array | undefined {
  const [length, id] = cryptoki.C_GetAttributeValue(session, key, [
    { type: CK.CKA_VALUE_LEN },
    { type: CK.CKA_ID },
  ])
  if (length?.value[0] !== KEY_OCTETS || id === undefined || id.value.length === 0) return undefined
  return Uint8Array.from(id.value)
}

function nameOf({ label, id }: KeyName): string {
  return `${Buffer.from(id).toString('hex')} ${label}`
}

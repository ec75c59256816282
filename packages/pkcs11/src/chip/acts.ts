import { random } from '@hufu/protocol/crypto'
import { CK } from '../token/constants.ts'
import type { Attribute } from '../token/cryptoki.ts'
import { attributeOf, findObjects } from '../token/objects.ts'
import type { Requirement } from '../token/session.ts'
import type { Token } from '../token/token.ts'

/** What a root key is called in its token. */
export interface RootName {
  readonly label: string
  /** CKA_ID; may be empty. */
  readonly id: Uint8Array
}

/** What a thread does with symmetric root keys. All throw {@link HufuError} `ERR_HSM_…`. */
export interface ChipActs {
  /** The secret keys of this label that make tags and cannot leave the token. */
  roots(label: string): readonly RootName[]
  make(label: string): RootName
  /** HMAC-SHA-256, 32 octets. */
  hmac(root: RootName, octets: Uint8Array): Uint8Array
}

/** What a token must be able to do to be a terminal's chip. */
export const CHIP_MECHANISMS: readonly Requirement[] = [
  { mechanism: CK.CKM_SHA256_HMAC, flags: CK.CKF_SIGN },
]

const ROOT_OCTETS = 32
const TAG_OCTETS = 32
const ID_OCTETS = 16

/** The root keys of a token. */
export function chipActs(token: Token): ChipActs {
  const { cryptoki } = token
  return {
    roots: (label) =>
      token.run((session) =>
        findObjects(cryptoki, session, [...ROOT, { type: CK.CKA_LABEL, value: label }]).map(
          (root) => ({ label, id: attributeOf(cryptoki, session, root, CK.CKA_ID) ?? NO_ID }),
        ),
      ),
    make: (label) =>
      token.run((session) => {
        const id = random(ID_OCTETS)
        cryptoki.C_GenerateKey(session, { mechanism: CK.CKM_GENERIC_SECRET_KEY_GEN }, [
          ...ROOT,
          { type: CK.CKA_KEY_TYPE, value: CK.CKK_GENERIC_SECRET },
          { type: CK.CKA_LABEL, value: label },
          { type: CK.CKA_ID, value: Buffer.from(id) },
          { type: CK.CKA_PRIVATE, value: true },
          { type: CK.CKA_VALUE_LEN, value: ROOT_OCTETS },
        ])
        return { label, id }
      }),
    hmac: (root, octets) =>
      token.run((session) => {
        const key = token.object(`the key ${root.label} ${hexOf(root.id)}`, () =>
          findObjects(cryptoki, session, [...ROOT, ...namesOf(root)]).at(0),
        )
        cryptoki.C_SignInit(session, { mechanism: CK.CKM_SHA256_HMAC }, key)
        const made = cryptoki.C_Sign(session, Buffer.from(octets), Buffer.alloc(TAG_OCTETS))
        const tag = Uint8Array.from(made)
        made.fill(0)
        return tag
      }),
  }
}

const NO_ID = new Uint8Array(0)

/** What a root key must be; of which type, generic or another, is its token's affair. */
const ROOT: readonly Attribute[] = [
  { type: CK.CKA_CLASS, value: CK.CKO_SECRET_KEY },
  { type: CK.CKA_TOKEN, value: true },
  { type: CK.CKA_SENSITIVE, value: true },
  { type: CK.CKA_EXTRACTABLE, value: false },
  { type: CK.CKA_SIGN, value: true },
]

function namesOf({ label, id }: RootName): readonly Attribute[] {
  const labelled = { type: CK.CKA_LABEL, value: label }
  return id.length === 0 ? [labelled] : [labelled, { type: CK.CKA_ID, value: Buffer.from(id) }]
}

function hexOf(octets: Uint8Array): string {
  return Buffer.from(octets).toString('hex')
}

import { CK } from './constants.ts'
import type { Attribute, Cryptoki, Handle } from './cryptoki.ts'
import { returned } from './faults.ts'

/** Objects that are asked for at once, and in all. Our choice: a key of ours has six objects, and a token some dozens. */
const AT_ONCE = 64
const MOST_OBJECTS = 1_024

/** The objects that have all these attributes, at most {@link MOST_OBJECTS}. */
export function findObjects(
  cryptoki: Cryptoki,
  session: Handle,
  wanted: readonly Attribute[],
): readonly Handle[] {
  const found: Handle[] = []
  cryptoki.C_FindObjectsInit(session, wanted)
  try {
    while (found.length < MOST_OBJECTS) {
      const some = cryptoki.C_FindObjects(session, AT_ONCE)
      found.push(...some)
      if (some.length < AT_ONCE) break
    }
    return found
  } finally {
    cryptoki.C_FindObjectsFinal(session)
  }
}

/** An attribute's octets, a copy; `undefined` if the object has none, or does not give it out. */
export function attributeOf(
  cryptoki: Cryptoki,
  session: Handle,
  object: Handle,
  type: number,
): Uint8Array | undefined {
  try {
    const [row] = cryptoki.C_GetAttributeValue(session, object, [{ type }])
    if (row === undefined) return undefined
    const copy = Uint8Array.from(row.value)
    row.value.fill(0)
    return copy
  } catch (error) {
    const code = returned(error)
    if (code === CK.CKR_ATTRIBUTE_TYPE_INVALID || code === CK.CKR_ATTRIBUTE_SENSITIVE)
      return undefined
    throw error
  }
}

/** A CK_BBOOL; `otherwise` where the object has none. */
export function flagOf(octets: Uint8Array | undefined, otherwise: boolean): boolean {
  return octets === undefined || octets.length === 0 ? otherwise : octets[0] !== 0
}

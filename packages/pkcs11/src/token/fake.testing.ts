import { CK } from './constants.ts'
import type { Cryptoki, Handle } from './cryptoki.ts'

/** Any slot, session and object of a fake library. */
const HANDLE: Handle = new Uint8Array(8)

/** A library that is none, and the names of what was called. */
export interface FakeLibrary {
  readonly cryptoki: Cryptoki
  readonly calls: string[]
}

/** A library whose calls succeed, but for `faults`: by their names, what they throw, in turn. */
export function fakeLibrary(
  faults: Readonly<Record<string, readonly number[]>>,
  flags = 0,
): FakeLibrary {
  const calls: string[] = []
  const left = new Map(Object.entries(faults).map(([name, codes]) => [name, [...codes]]))
  const answers: Readonly<Record<string, unknown>> = {
    C_GetSlotList: [HANDLE],
    C_GetTokenInfo: {
      label: 'token'.padEnd(32),
      manufacturerID: 'maker'.padEnd(32),
      model: 'model'.padEnd(16),
      serialNumber: '0123'.padEnd(16),
      flags: flags | CK.CKF_TOKEN_INITIALIZED,
      minPinLen: 4,
      maxPinLen: 8,
    },
    C_GetMechanismList: [CK.CKM_ECDSA],
    C_GetMechanismInfo: { flags: CK.CKF_SIGN },
    C_OpenSession: HANDLE,
    C_FindObjects: [HANDLE],
  }
  const cryptoki = new Proxy({} as Cryptoki, {
    get: (_, name: string) => () => {
      calls.push(name)
      const code = left.get(name)?.shift()
      if (code !== undefined) throw Object.assign(new Error(`CKR_${code}`), { code })
      return answers[name]
    },
  })
  return { cryptoki, calls }
}

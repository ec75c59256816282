import assert from 'node:assert/strict'
import { test } from 'node:test'
import { utf8 } from '@hufu/protocol/crypto'
import { CK, type Cryptoki, type Handle } from './cryptoki.ts'
import { tokenOver, type Token } from './token.ts'

/*
 * What SoftHSM never does: it locks no PIN, counts no tries, and does not lose a session. `test/system/token.test.ts` has
 * the rest, with it.
 */

const HANDLE: Handle = new Uint8Array(8)
const KEY = { label: 'key', id: Uint8Array.of(1) }

/** What pkcs11js throws. */
function fault(code: number): Error {
  return Object.assign(new Error(`CKR_${code}`), { code })
}

interface Fake {
  readonly token: Token
  readonly calls: string[]
}

/** A token whose calls succeed, but for `faults`: by their names, what they throw, in turn. */
function fake(faults: Readonly<Record<string, readonly number[]>>, flags = 0): Fake {
  const calls: string[] = []
  const left = new Map(Object.entries(faults).map(([name, codes]) => [name, [...codes]]))
  const answers: Readonly<Record<string, unknown>> = {
    C_GetSlotList: [HANDLE],
    C_GetTokenInfo: { label: 'token'.padEnd(32), flags: flags | CK.CKF_TOKEN_INITIALIZED },
    C_GetMechanismList: [CK.CKM_AES_GCM, CK.CKM_AES_KEY_GEN],
    C_GetMechanismInfo: { flags: CK.CKF_ENCRYPT | CK.CKF_DECRYPT | CK.CKF_GENERATE },
    C_OpenSession: HANDLE,
    C_FindObjects: [HANDLE],
    C_Encrypt: Buffer.from('sealed'),
    C_Decrypt: Buffer.from('opened'),
  }
  const cryptoki = new Proxy({} as Cryptoki, {
    get: (_, name: string) => () => {
      calls.push(name)
      const code = left.get(name)?.shift()
      if (code !== undefined) throw fault(code)
      return answers[name]
    },
  })
  return { token: tokenOver(cryptoki, { label: 'token', pin: '1234' }), calls }
}

function tries(calls: readonly string[]): number {
  return calls.filter((name) => name === 'C_Login').length
}

for (const [what, code, expected] of [
  ['wrong', CK.CKR_PIN_INCORRECT, 'ERR_HSM_PIN'],
  ['too short', CK.CKR_PIN_LEN_RANGE, 'ERR_HSM_PIN'],
  ['locked', CK.CKR_PIN_LOCKED, 'ERR_HSM_LOCKED'],
  ['expired', CK.CKR_PIN_EXPIRED, 'ERR_HSM_LOCKED'],
] as const)
  test(`a PIN that is ${what} is tried once, and never again`, () => {
    const { token, calls } = fake({ C_Login: [code] })
    for (let i = 0; i < 3; i += 1)
      assert.throws(() => token.wrap(KEY, utf8('x'), utf8('')), { code: expected })
    assert.equal(tries(calls), 1)
  })

for (const [what, flag] of [
  ['locked', CK.CKF_USER_PIN_LOCKED],
  ['one try from locked', CK.CKF_USER_PIN_FINAL_TRY],
  ['to be changed', CK.CKF_USER_PIN_TO_BE_CHANGED],
] as const)
  test(`a PIN that the token says is ${what} is not tried`, () => {
    const { token, calls } = fake({}, flag)
    assert.throws(() => token.keys('key'), { code: 'ERR_HSM_LOCKED' })
    assert.equal(tries(calls), 0)
  })

test('somebody else in the process has logged in already', () => {
  const { token } = fake({ C_Login: [CK.CKR_USER_ALREADY_LOGGED_IN] })
  assert.ok(token.wrap(KEY, utf8('x'), utf8('')).length > 0)
})

for (const code of [
  CK.CKR_SESSION_HANDLE_INVALID,
  CK.CKR_USER_NOT_LOGGED_IN,
  CK.CKR_DEVICE_REMOVED,
])
  test(`a session that is lost (0x${code.toString(16)}) is opened anew, once`, () => {
    const once = fake({ C_EncryptInit: [code] })
    assert.ok(once.token.wrap(KEY, utf8('x'), utf8('')).length > 0)
    assert.equal(tries(once.calls), 2)
    const twice = fake({ C_DecryptInit: [code, code] })
    assert.throws(() => twice.token.unwrap(KEY, new Uint8Array(60), utf8('')), /CKR/)
    assert.equal(tries(twice.calls), 2)
  })

test('input that does not open is told from a token that does not work', () => {
  const bad = fake({ C_Decrypt: [CK.CKR_GENERAL_ERROR] })
  assert.equal(bad.token.unwrap(KEY, new Uint8Array(60), utf8('')), undefined)
  assert.equal(bad.token.unwrap(KEY, new Uint8Array(27), utf8('')), undefined)
  const broken = fake({ C_Decrypt: [CK.CKR_GENERAL_ERROR], C_Encrypt: [CK.CKR_GENERAL_ERROR] })
  assert.throws(() => broken.token.unwrap(KEY, new Uint8Array(60), utf8('')), {
    code: 'ERR_HSM_FAILED',
  })
})

test('a mechanism that is refused is named as what is missing', () => {
  const { token } = fake({ C_EncryptInit: [CK.CKR_MECHANISM_INVALID] })
  assert.throws(() => token.wrap(KEY, utf8('x'), utf8('')), { code: 'ERR_HSM_MECHANISM' })
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CK } from './constants.ts'
import { fakeLibrary } from './fake.testing.ts'
import type { Requirement } from './session.ts'
import { tokenOver, type Token } from './token.ts'

/*
 * What SoftHSM never does: it locks no PIN, counts no tries, and does not lose a session. `test/system/token.test.ts` and
 * `keys.test.ts` have the rest, with it.
 */

const SIGNS: Requirement = { mechanism: CK.CKM_ECDSA, flags: CK.CKF_SIGN }

interface Fake {
  readonly token: Token
  readonly calls: string[]
}

function fake(faults: Readonly<Record<string, readonly number[]>>, flags = 0): Fake {
  const { cryptoki, calls } = fakeLibrary(faults, flags)
  return { token: tokenOver(cryptoki, { label: 'token', pin: '1234' }, [SIGNS]), calls }
}

function tries(calls: readonly string[]): number {
  return calls.filter((name) => name === 'C_Login').length
}

function sign(token: Token): void {
  token.run((session) =>
    token.cryptoki.C_SignInit(session, { mechanism: CK.CKM_ECDSA }, new Uint8Array(8)),
  )
}

for (const [what, code, expected] of [
  ['wrong', CK.CKR_PIN_INCORRECT, 'ERR_HSM_PIN'],
  ['too short', CK.CKR_PIN_LEN_RANGE, 'ERR_HSM_PIN'],
  ['locked', CK.CKR_PIN_LOCKED, 'ERR_HSM_LOCKED'],
  ['expired', CK.CKR_PIN_EXPIRED, 'ERR_HSM_LOCKED'],
] as const)
  test(`a PIN that is ${what} is tried once, and never again`, () => {
    const { token, calls } = fake({ C_Login: [code] })
    for (let i = 0; i < 3; i += 1) assert.throws(() => sign(token), { code: expected })
    assert.equal(tries(calls), 1)
  })

for (const [what, flag] of [
  ['locked', CK.CKF_USER_PIN_LOCKED],
  ['one try from locked', CK.CKF_USER_PIN_FINAL_TRY],
  ['to be changed', CK.CKF_USER_PIN_TO_BE_CHANGED],
] as const)
  test(`a PIN that the token says is ${what} is not tried`, () => {
    const { token, calls } = fake({}, flag)
    assert.throws(() => token.look(), { code: 'ERR_HSM_LOCKED' })
    assert.throws(() => sign(token), { code: 'ERR_HSM_LOCKED' })
    assert.equal(tries(calls), 0)
  })

test('somebody else in the process has logged in already: the PIN was not looked at', () => {
  assert.equal(fake({ C_Login: [CK.CKR_USER_ALREADY_LOGGED_IN] }).token.enter(), false)
  assert.equal(fake({}).token.enter(), true)
})

for (const code of [
  CK.CKR_SESSION_HANDLE_INVALID,
  CK.CKR_USER_NOT_LOGGED_IN,
  CK.CKR_DEVICE_REMOVED,
])
  test(`a session that is lost (0x${code.toString(16)}) is opened anew, once`, () => {
    const once = fake({ C_SignInit: [code] })
    sign(once.token)
    assert.equal(tries(once.calls), 2)
    const twice = fake({ C_SignInit: [code, code] })
    assert.throws(() => sign(twice.token), /CKR/)
    assert.equal(tries(twice.calls), 2)
  })

test('objects are looked for once, and again in another session', () => {
  const { token } = fake({ C_SignInit: [CK.CKR_DEVICE_REMOVED] })
  const looked: string[] = []
  const use = (): void => {
    token.object('key', () => {
      looked.push('key')
      return new Uint8Array(8)
    })
  }
  token.run(use)
  token.run(use)
  assert.equal(looked.length, 1)
  sign(token)
  token.run(use)
  assert.equal(looked.length, 2)
  assert.throws(() => token.object('other', () => undefined), { code: 'ERR_HSM_FAILED' })
})

test('what the token cannot do is told before anybody is let in', () => {
  const { cryptoki, calls } = fakeLibrary({})
  const derives = { mechanism: CK.CKM_ECDH1_DERIVE, flags: CK.CKF_DERIVE }
  for (const lacking of [derives, { ...SIGNS, flags: CK.CKF_DERIVE }]) {
    const token = tokenOver(cryptoki, { label: 'token', pin: '1234' }, [SIGNS, lacking])
    assert.throws(() => token.enter(), { code: 'ERR_HSM_MECHANISM' })
  }
  assert.equal(tries(calls), 0)
})

test('a library that cannot lock is started without', () => {
  const { token, calls } = fake({ C_Initialize: [CK.CKR_CANT_LOCK] })
  assert.equal(token.enter(), true)
  assert.equal(calls.filter((name) => name === 'C_Initialize').length, 2)
})

test('a token that is not there is looked for by a library that was started anew', () => {
  const { cryptoki, calls } = fakeLibrary({})
  const token = tokenOver(cryptoki, { label: 'another', pin: '1234' }, [])
  assert.throws(() => token.look(), { code: 'ERR_HSM_ABSENT', message: /there are: token$/ })
  assert.equal(calls.filter((name) => name === 'C_Finalize').length, 1)
})

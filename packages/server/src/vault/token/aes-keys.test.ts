import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CK, tokenOver, type Cryptoki } from '@hufu/pkcs11/token'
import { utf8 } from '@hufu/protocol/crypto'
import { AES_MECHANISMS, aesKeys, type AesKeys } from './aes-keys.ts'

/* What SoftHSM never does. `test/system/token.test.ts` has the rest, with it. */

const KEY = { label: 'key', id: Uint8Array.of(1) }

/** Keys of a token whose calls succeed, but for `faults`: by their names, what they throw, once. */
function keysWith(faults: Readonly<Record<string, number>>): AesKeys {
  const handle = new Uint8Array(8)
  const answers: Readonly<Record<string, unknown>> = {
    C_GetSlotList: [handle],
    C_GetTokenInfo: { label: 'token', flags: CK.CKF_TOKEN_INITIALIZED },
    C_GetMechanismList: [CK.CKM_AES_GCM, CK.CKM_AES_KEY_GEN],
    C_GetMechanismInfo: { flags: CK.CKF_ENCRYPT | CK.CKF_DECRYPT | CK.CKF_GENERATE },
    C_OpenSession: handle,
    C_FindObjects: [handle],
    C_Encrypt: Buffer.from('sealed'),
    C_Decrypt: Buffer.from('opened'),
  }
  const cryptoki = new Proxy({} as Cryptoki, {
    get: (_, name: string) => () => {
      const code = faults[name]
      if (code !== undefined) throw Object.assign(new Error(`CKR_${code}`), { code })
      return answers[name]
    },
  })
  return aesKeys(tokenOver(cryptoki, { label: 'token', pin: '1234' }, AES_MECHANISMS))
}

test('input that does not open is told from a token that does not work', () => {
  const bad = keysWith({ C_Decrypt: CK.CKR_GENERAL_ERROR })
  assert.equal(bad.unwrap(KEY, new Uint8Array(60), utf8('')), undefined)
  assert.equal(bad.unwrap(KEY, new Uint8Array(27), utf8('')), undefined)
  const broken = keysWith({ C_Decrypt: CK.CKR_GENERAL_ERROR, C_Encrypt: CK.CKR_GENERAL_ERROR })
  assert.throws(() => broken.unwrap(KEY, new Uint8Array(60), utf8('')), { code: 'ERR_HSM_FAILED' })
})

test('a session that is lost while it decrypts is not taken for altered input', () => {
  const lost = keysWith({ C_Decrypt: CK.CKR_DEVICE_REMOVED })
  assert.throws(() => lost.unwrap(KEY, new Uint8Array(60), utf8('')), { code: 'ERR_HSM_ABSENT' })
})

test('a mechanism that is refused is named as what is missing', () => {
  const keys = keysWith({ C_EncryptInit: CK.CKR_MECHANISM_INVALID })
  assert.throws(() => keys.wrap(KEY, utf8('x'), utf8('')), { code: 'ERR_HSM_MECHANISM' })
})

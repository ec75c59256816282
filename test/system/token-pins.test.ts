import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { newTokenKey, tokenPairs, type PinNote, type PinNotes, type TokenEntry } from '@hufu/pkcs11'
import { needs } from '../support/needs.ts'
import { MODULE, PIN, softHsm, TOKEN, type SoftHsm } from '../support/softhsm.ts'

let hsm: SoftHsm
before(() => {
  hsm = softHsm()
  if (existsSync(MODULE)) hsm.init(TOKEN)
})
after(() => hsm.remove())

const kept = new Map<string, PinNote>()
const notes: PinNotes = {
  async change(token, next) {
    const note = next(kept.get(token))
    if (note === undefined) kept.delete(token)
    else kept.set(token, note)
  },
}
const ENTRY: TokenEntry = { module: MODULE, label: TOKEN, pin: PIN, notes }
const WRONG: TokenEntry = { ...ENTRY, pin: '000000' }

/** Nothing is noted, and the token's last PIN was right. */
function anew(): void {
  kept.clear()
  hsm.tool(['--list-objects'])
}

/** What is noted of the one token. */
function noted(): PinNote | undefined {
  return [...kept.values()][0]
}

describe('the PIN of a PKCS#11 token (SoftHSM)', () => {
  test('is noted when it was wrong, and no more when it was right', async (t) => {
    if (!needs(t, 'softhsm2') || !needs(t, 'opensc')) return
    anew()
    await assert.rejects(tokenPairs(WRONG), { code: 'ERR_HSM_PIN' })
    assert.deepEqual(noted(), { wrong: 1, flagged: true })
    await tokenPairs(ENTRY)
    assert.equal(noted(), undefined)
  })

  test('is not tried a third time, until another program was let in', async (t) => {
    if (!needs(t, 'softhsm2') || !needs(t, 'opensc')) return
    anew()
    for (let times = 0; times < 2; times += 1)
      await assert.rejects(tokenPairs(WRONG), { code: 'ERR_HSM_PIN' })
    for (const entry of [WRONG, ENTRY])
      await assert.rejects(tokenPairs(entry), { code: 'ERR_HSM_PIN', message: /^not tried/ })
    assert.deepEqual(noted(), { wrong: 2, flagged: true })
    hsm.tool(['--list-objects'])
    await tokenPairs(ENTRY)
    assert.equal(noted(), undefined)
  })

  test('is not tried after another program gave a wrong one', async (t) => {
    if (!needs(t, 'softhsm2') || !needs(t, 'opensc')) return
    anew()
    assert.throws(() => hsm.tool(['--list-objects'], '111111'))
    await assert.rejects(tokenPairs(ENTRY), { code: 'ERR_HSM_PIN', message: /another program/ })
    hsm.tool(['--list-objects'])
    await tokenPairs(ENTRY)
  })

  test('is not tried where its length is wrong', async (t) => {
    if (!needs(t, 'softhsm2') || !needs(t, 'opensc')) return
    anew()
    await assert.rejects(tokenPairs({ ...ENTRY, pin: '12' }), { code: 'ERR_HSM_PIN' })
    assert.equal(noted(), undefined)
  })
})

describe('a PKCS#11 token that cannot be used', () => {
  test('says so: module, label', async (t) => {
    if (!needs(t, 'softhsm2')) return
    const none = { ...ENTRY, module: join(hsm.folder, 'none.so') }
    await assert.rejects(newTokenKey(none, 'key'), { code: 'ERR_HSM_MODULE' })
    const other = { ...ENTRY, label: 'elsewhere' }
    await assert.rejects(newTokenKey(other, 'key'), {
      code: 'ERR_HSM_ABSENT',
      message: /there are: hufu test/,
    })
    assert.equal(kept.size, 0)
  })

  test('says so: mechanism', async (t) => {
    if (!needs(t, 'softhsm2')) return
    // the library reads its configuration once a process
    const script = `import('@hufu/pkcs11').then(async ({ newTokenChip, newTokenKey }) => {
      const notes = { change: async () => undefined }
      const entry = { module: '${MODULE}', label: '${TOKEN}', pin: '${PIN}', notes }
      for (const make of [newTokenKey, newTokenChip])
        console.log(await make(entry, 'key').then(() => 'made', ({ code }) => code))
    })`
    for (const [mechanisms, key, chip] of [
      ['CKM_EC_KEY_PAIR_GEN,CKM_ECDSA,CKM_SHA256_HMAC', 'ERR_HSM_MECHANISM', 'made'],
      ['CKM_EC_KEY_PAIR_GEN,CKM_ECDSA,CKM_ECDH1_DERIVE', 'made', 'ERR_HSM_MECHANISM'],
    ]) {
      const weak = hsm.config('weak.conf', `slots.mechanisms = ${mechanisms}\n`)
      const out = execFileSync(process.execPath, ['-e', script], {
        env: { ...process.env, SOFTHSM2_CONF: weak },
        cwd: import.meta.dirname,
        encoding: 'utf8',
      })
      assert.deepEqual(out.trim().split('\n'), [key, chip])
    }
  })
})

import assert from 'node:assert/strict'
import { chmodSync, existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { base64url, random, text, utf8 } from '@hufu/protocol/crypto'
import { loadConfig, rotateVault, vaultStatus, type Config } from '@hufu/server'
import { CK } from '@hufu/pkcs11/token'
import { loadLibrary } from '../../packages/pkcs11/src/token/library.ts'
import { openSafe } from '../../packages/server/src/vault/safe.ts'
import { hufu } from '../support/hufu.ts'
import { needs } from '../support/needs.ts'
import { MODULE, PIN, softHsm, TOKEN, type SoftHsm } from '../support/softhsm.ts'

let hsm: SoftHsm

let count = 0
/** Settings for a data folder of its own, its key in the token. */
function inToken(settings: Partial<Config> = {}): Config {
  count += 1
  const data = join(hsm.folder, `data-${count}`)
  const token = { pkcs11Module: MODULE, pkcs11Token: TOKEN, pkcs11Pin: PIN }
  return { ...loadConfig(), data, ...token, pkcs11Key: `key ${count}`, ...settings }
}

const AT = { owner: 'device:1', name: 'key' }

async function put(config: Config, secret: string): Promise<void> {
  const safe = await openSafe(config)
  try {
    await safe.store.write('durable', (db) => safe.vault.put(db, AT, utf8(secret)))
  } finally {
    await safe.close()
  }
}

async function opened(config: Config): Promise<string | undefined> {
  const safe = await openSafe(config)
  try {
    const secret = await safe.store.read((db) => safe.vault.open(db, AT))
    return secret === undefined ? undefined : text(secret.expose())
  } finally {
    await safe.close()
  }
}

describe('a master key in a PKCS#11 token (SoftHSM)', () => {
  before(() => {
    hsm = softHsm()
    if (existsSync(MODULE)) hsm.init(TOKEN)
  })
  after(() => hsm.remove())

  test('is made there, never leaves, and is all that opens the vault', async (t) => {
    if (!needs(t, 'softhsm2')) return
    const config = inToken()
    await put(config, 'in the token')
    assert.equal(existsSync(join(config.data, 'master.key')), false)
    assert.equal(await opened(config), 'in the token')
    const { masters } = await vaultStatus(config)
    assert.deepEqual(
      masters.map(({ state, dataKeys, found }) => ({ state, dataKeys, found })),
      [{ state: 'current', dataKeys: 1, found: true }],
    )
    await assert.rejects(openSafe({ ...config, pkcs11Key: 'another' }), { code: 'ERR_VAULT_KEY' })
    assert.deepEqual(attributes(config.pkcs11Key), {
      sensitive: true,
      extractable: false,
      neverExtractable: true,
      local: true,
      octets: 32,
      value: 'CKR_ATTRIBUTE_SENSITIVE',
    })
  })

  test('changes to another under the same label, from a file, and into the environment', async (t) => {
    if (!needs(t, 'softhsm2')) return
    const config = inToken()
    const file: Config = { ...config, pkcs11Key: '' }
    await put(file, 'moved about')
    const to = await rotateVault({ ...file, nextPkcs11Key: config.pkcs11Key })
    assert.match(to.place, /token hufu test/)
    assert.equal(await opened(config), 'moved about')
    const again = await rotateVault(config)
    assert.equal(again.from, to.to)
    assert.equal(await opened(config), 'moved about')
    const nextMasterKey = base64url(random(32))
    await rotateVault({ ...config, nextMasterKey })
    await assert.rejects(openSafe(config), { code: 'ERR_VAULT_KEY' })
    assert.equal(await opened({ ...file, masterKey: nextMasterKey }), 'moved about')
  })

  test('says what is wrong: module, label, PIN, its file, mechanism', async (t) => {
    if (!needs(t, 'softhsm2')) return
    const config = inToken()
    await put(config, 'here')
    const refused = async (settings: Partial<Config>, code: string): Promise<void> =>
      assert.rejects(openSafe({ ...config, ...settings }), { code })
    await refused({ pkcs11Module: join(hsm.folder, 'none.so') }, 'ERR_HSM_MODULE')
    await refused({ pkcs11Token: 'elsewhere' }, 'ERR_HSM_ABSENT')
    await refused({ pkcs11Pin: '000000' }, 'ERR_HSM_PIN')
    const pinFile = join(hsm.folder, 'pin')
    writeFileSync(pinFile, `${PIN}\n`, { mode: 0o600 })
    assert.equal(await opened({ ...config, pkcs11Pin: '', pkcs11PinFile: pinFile }), 'here')
    chmodSync(pinFile, 0o640)
    await refused({ pkcs11Pin: '', pkcs11PinFile: pinFile }, 'ERR_VAULT_FILE')
    await refused({ pkcs11Pin: '', pkcs11PinFile: join(hsm.folder, 'none') }, 'ERR_VAULT_FILE')

    const args = ['vault', 'status', '--data', config.data, '--pkcs11-module', MODULE]
    const named = ['--pkcs11-token', TOKEN, '--pkcs11-key', config.pkcs11Key]
    const weak = hsm.config('weak.conf', 'slots.mechanisms = CKM_AES_KEY_GEN,CKM_AES_CBC\n')
    for (const [conf, code] of [
      [process.env['SOFTHSM2_CONF']!, undefined],
      [weak, 'ERR_HSM_MECHANISM'],
    ] as const) {
      const run = hufu([...args, ...named], { SOFTHSM2_CONF: conf, HUFU_PKCS11_PIN: PIN })
      assert.equal(await run.ended, code === undefined ? 0 : 2)
      assert.equal(run.events.find(({ event }) => event === 'error')?.['code'], code)
    }
  })

  test('that is taken out while in use is missed, and is used again when it is back', async (t) => {
    if (!needs(t, 'softhsm2')) return
    const config = inToken()
    const safe = await openSafe(config)
    const write = (at: number): Promise<void> =>
      safe.store.write('soon', (db) =>
        safe.vault.put(db, { owner: `device:${at}`, name: 'key' }, utf8(`${at}`)),
      )
    try {
      await write(1)
      hsm.takeOut()
      await assert.rejects(write(2), (error: { readonly code?: string }) =>
        (error.code ?? '').startsWith('ERR_HSM_'),
      )
      // the data key of the first is at hand, and needs no token
      await write(1)
      hsm.putBack()
      await write(2)
      using secret = await safe.store.read((db) =>
        safe.vault.open(db, { owner: 'device:2', name: 'key' }),
      )
      assert.equal(text(secret!.expose()), '2')
    } finally {
      await safe.close()
    }
  })
})

/** CKA_VALUE, CKA_LOCAL, CKA_NEVER_EXTRACTABLE: what hufu itself never asks for. */
const [VALUE, LOCAL, NEVER_EXTRACTABLE] = [0x11, 0x163, 0x164] as const

/** What the token says of the key of a label, asked by other means than the server's. */
function attributes(label: string): Record<string, unknown> {
  const library = loadLibrary(MODULE)
  const [slot] = library.C_GetSlotList(true)
  const session = library.C_OpenSession(slot!, CK.CKF_SERIAL_SESSION)
  library.C_Login(session, CK.CKU_USER, PIN)
  library.C_FindObjectsInit(session, [{ type: CK.CKA_LABEL, value: label }])
  const [key] = library.C_FindObjects(session, 10)
  library.C_FindObjectsFinal(session)
  const ask = (type: number): Buffer =>
    library.C_GetAttributeValue(session, key!, [{ type }])[0]!.value
  const yes = (type: number): boolean => ask(type)[0] === 1
  let value: unknown
  try {
    value = ask(VALUE)
  } catch (error) {
    value = (error as Error).message
  }
  const found = {
    sensitive: yes(CK.CKA_SENSITIVE),
    extractable: yes(CK.CKA_EXTRACTABLE),
    neverExtractable: yes(NEVER_EXTRACTABLE),
    local: yes(LOCAL),
    octets: ask(CK.CKA_VALUE_LEN)[0],
    value,
  }
  library.C_CloseSession(session)
  return found
}

import assert from 'node:assert/strict'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { equal, hex, random, Secret, unhex } from '@hufu/protocol/crypto'
import { ecdsaP256, p256 } from '@hufu/protocol/crypto/more'
import type { CertificatePair } from '@hufu/protocol/identity'
import { statementOctets, type Statement } from '@hufu/protocol/wire'
import {
  findTokenChip,
  findTokenKey,
  newTokenChip,
  newTokenKey,
  openTokenKey,
  tokenPairs,
  type PinNotes,
  type TokenEntry,
  type TokenKey,
} from '@hufu/pkcs11'
import { CK } from '@hufu/pkcs11/token'
import { chipKeyOf } from '@hufu/protocol/signin'
import { loadLibrary } from '../../packages/pkcs11/src/token/library.ts'
import { company } from '../support/company.ts'
import { needs } from '../support/needs.ts'
import { MODULE, PIN, softHsm, TOKEN, type SoftHsm } from '../support/softhsm.ts'

const STATEMENT: Statement = {
  purpose: 'sign-in',
  role: 'user',
  server: 'localhost:1',
  users: ['alice@localhost'],
  certificates: [],
  terminal: random(32),
  session: random(16),
  nonces: [random(32), random(32)],
  suites: ['hufu.1'],
  payload: new Uint8Array(0),
}

const NO_NOTES: PinNotes = { change: async () => undefined }
const ENTRY: TokenEntry = { module: MODULE, label: TOKEN, pin: PIN, notes: NO_NOTES }

let hsm: SoftHsm
before(() => {
  hsm = softHsm()
  if (existsSync(MODULE)) hsm.init(TOKEN)
})
after(() => hsm.remove())

describe('keys in a PKCS#11 token (SoftHSM)', () => {
  /** Does something with a key, which is closed afterwards. */
  async function using<T>(
    opening: Promise<TokenKey>,
    act: (key: TokenKey) => Promise<T>,
  ): Promise<T> {
    const key = await opening
    try {
      return await act(key)
    } finally {
      await key.close()
    }
  }

  /** Signs and agrees. */
  async function works(key: TokenKey): Promise<void> {
    const signature = await key.sign(STATEMENT)
    const octets = statementOctets(STATEMENT)
    assert.ok(ecdsaP256.verify(key.publicKeys.signing, octets, signature))
    const peer = p256.generate(random)
    using shared = await key.agree(peer.publicKey)
    assert.deepEqual(shared?.expose(), peer.agree(key.publicKeys.agreement))
  }

  test('are made there, work, and are found again', async (t) => {
    if (!needs(t, 'softhsm2')) return
    const place = await using(newTokenKey(ENTRY, 'made'), async (key) => {
      assert.equal(key.kind, 'token')
      assert.equal(key.publicKeys.algorithm, 'p256')
      assert.notDeepEqual(key.publicKeys.signing, key.publicKeys.agreement)
      await works(key)
      return key.place
    })
    await using(openTokenKey(ENTRY, place), works)
    const again = await using(findTokenKey(ENTRY, { label: 'made' }), async (key) => key.place)
    assert.deepEqual(again, place)
    await assert.rejects(newTokenKey(ENTRY, 'made'), { code: 'ERR_KEY_EXISTS' })
    const elsewhere = { ...place, agreement: { label: 'made', id: Uint8Array.of(1) } }
    await assert.rejects(openTokenKey(ENTRY, elsewhere), { code: 'ERR_KEY_ABSENT' })
    await using(openTokenKey(ENTRY, place), async (key) => key.remove())
    await assert.rejects(openTokenKey(ENTRY, place), { code: 'ERR_KEY_ABSENT' })
    assert.deepEqual(await tokenPairs(ENTRY), [])
  })

  test('never leave it, and have one use each, as another program sees them', async (t) => {
    if (!needs(t, 'softhsm2') || !needs(t, 'opensc')) return
    const { signing, agreement } = await using(newTokenKey(ENTRY, 'seen'), async (key) => key.place)
    const listed = hsm.tool(['--list-objects', '--type', 'privkey'])
    const of = (id: Uint8Array): string =>
      listed.split(/^Private Key/m).find((part) => part.includes(hex(id))) ?? ''
    for (const [id, usage] of [
      [signing.id, 'sign'],
      [agreement.id, 'derive'],
    ] as const) {
      assert.match(of(id), new RegExp(`Usage: +${usage}\n`))
      assert.match(of(id), /Access: +sensitive, always sensitive, never extract/)
    }
  })

  test('agree on the same 32 octets where these begin with zeros', async (t) => {
    if (!needs(t, 'softhsm2')) return
    await using(newTokenKey(ENTRY, 'zeros'), async (key) => {
      let peer = p256.generate(random)
      while (peer.agree(key.publicKeys.agreement)![0] !== 0) peer = p256.generate(random)
      using shared = await key.agree(peer.publicKey)
      assert.deepEqual(shared?.expose(), peer.agree(key.publicKeys.agreement))
    })
  })

  test('leave nothing in the token that was derived', async (t) => {
    if (!needs(t, 'softhsm2') || !needs(t, 'opensc')) return
    await using(newTokenKey(ENTRY, 'tidy'), async (key) => {
      for (let times = 0; times < 3; times += 1)
        (await key.agree(p256.generate(random).publicKey))?.wipe()
    })
    assert.equal(hsm.tool(['--list-objects', '--type', 'secrkey']).includes('Secret Key'), false)
  })

  test('that another program made are used, and its certificates read', async (t) => {
    if (!needs(t, 'softhsm2') || !needs(t, 'opensc') || !needs(t, 'openssl')) return
    const pair = (id: string, usage: string): string =>
      hsm.tool([
        '--keypairgen',
        '--key-type',
        'EC:prime256v1',
        '--label',
        'card',
        '--id',
        id,
        usage,
      ])
    pair('0a', '--usage-sign')
    // which this program lets sign too, as the token does where nobody says no
    pair('0b', '--usage-derive')
    await using(findTokenKey(ENTRY, { label: 'card' }), async (key) => {
      await works(key)
      assert.deepEqual(await key.users(), [])
      const issued = issuedTo(key, 'carol@company.example')
      for (const [id, der] of [
        ['0a', issued.signing],
        ['0b', issued.agreement],
      ] as const) {
        const path = join(hsm.folder, `${id}.der`)
        writeFileSync(path, der)
        hsm.tool(['--write-object', path, '--type', 'cert', '--id', id, '--label', 'company'])
      }
      const [user, ...others] = await key.users()
      assert.deepEqual(others, [])
      assert.equal(user?.user, 'carol@company.example')
      assert.equal(user.ours, false)
      assert.deepEqual(user.certificates, issued)
    })
    // a card like PIV: no public keys but in the certificates
    for (const id of ['0a', '0b']) hsm.tool(['--delete-object', '--type', 'pubkey', '--id', id])
    await using(findTokenKey(ENTRY, { signing: unhex('0a'), agreement: unhex('0b') }), works)
    const found = (await tokenPairs(ENTRY)).filter(({ name }) => name.label === 'card')
    const told = found.map(({ name, signs, agrees, stays, certificates }) =>
      [hex(name.id), signs, agrees, stays, ...certificates.map(({ label }) => label)].join(' '),
    )
    assert.deepEqual(told.toSorted(), ['0a true false true company', '0b true true true company'])
  })

  test('that can be taken out of the token are none', async (t) => {
    if (!needs(t, 'softhsm2') || !needs(t, 'opensc')) return
    const args = [
      '--keypairgen',
      '--key-type',
      'EC:prime256v1',
      '--label',
      'loose',
      '--extractable',
    ]
    hsm.tool([...args, '--id', '1a', '--usage-sign'])
    hsm.tool([...args, '--id', '1b', '--usage-derive'])
    const refused = { code: 'ERR_KEY_ABSENT', message: /taken out/ }
    await assert.rejects(findTokenKey(ENTRY, { label: 'loose' }), refused)
  })

  test('that want the PIN for each signature are given it', async (t) => {
    if (!needs(t, 'softhsm2') || !needs(t, 'opensc')) return
    const args = ['--keypairgen', '--key-type', 'EC:prime256v1', '--label', 'careful']
    hsm.tool([...args, '--id', '2a', '--usage-sign', '--always-auth'])
    hsm.tool([...args, '--id', '2b', '--usage-derive'])
    await using(findTokenKey(ENTRY, { label: 'careful' }), async (key) => {
      await works(key)
      await works(key)
    })
  })

  test('keep their certificates beside them: replaced at renewal, others left alone', async (t) => {
    if (!needs(t, 'softhsm2') || !needs(t, 'opensc') || !needs(t, 'openssl')) return
    const place = await using(newTokenKey(ENTRY, 'certified'), async (key) => {
      const first = issuedTo(key, 'alice@localhost', 10)
      await key.store('alice@localhost', first)
      await key.store('alice@other.example', issuedTo(key, 'alice@other.example', 5))
      for (const use of ['signing', 'agreement'] as const) {
        const foreign = join(hsm.folder, 'foreign.der')
        writeFileSync(foreign, first[use])
        const id = hex(key.place[use].id)
        hsm.tool(['--write-object', foreign, '--type', 'cert', '--id', id, '--label', 'foreign'])
      }
      const second = issuedTo(key, 'alice@localhost', 20)
      await key.store('alice@localhost', second)
      const users = await key.users()
      assert.deepEqual(
        users.map(({ user, ours }) => `${user} ${ours}`),
        ['alice@localhost true', 'alice@localhost false', 'alice@other.example true'],
      )
      assert.deepEqual(users[0]?.certificates, second)
      return key.place
    })
    const beside = (await tokenPairs(ENTRY)).find(({ name }) => equal(name.id, place.signing.id))
    assert.deepEqual(beside?.certificates.map(({ label }) => label).toSorted(), [
      'foreign',
      'hufu alice@localhost',
      'hufu alice@other.example',
    ])
    // as another program reads what it is told of them
    const listed = hsm.tool(['--list-objects', '--type', 'cert'])
    assert.match(listed, /label: +hufu alice@localhost/)
    assert.match(listed, /subject: +DN: CN=alice@localhost/)
  })

  test('are missed when the token is taken out, and work when it is back', async (t) => {
    if (!needs(t, 'softhsm2')) return
    await using(newTokenKey(ENTRY, 'travels'), async (key) => {
      await works(key)
      hsm.takeOut()
      try {
        await assert.rejects(key.sign(STATEMENT), { code: 'ERR_HSM_ABSENT' })
        await assert.rejects(openTokenKey(ENTRY, key.place), { code: 'ERR_HSM_ABSENT' })
      } finally {
        hsm.putBack()
      }
      await works(key)
    })
  })
})

describe("a terminal's chip in a PKCS#11 token (SoftHSM)", () => {
  test('is made there, and gives each terminal a key of its own', async (t) => {
    if (!needs(t, 'softhsm2')) return
    const made = await newTokenChip(ENTRY, 'chip')
    const terminals = [random(32), random(32)]
    const keys = await Promise.all(terminals.map(async (id) => made.signinKey(id)))
    await made.close()
    await assert.rejects(made.signinKey(terminals[0]!), { code: 'ERR_SECRET_WIPED' })
    assert.notDeepEqual(keys[0]?.expose(), keys[1]?.expose())
    await assert.rejects(newTokenChip(ENTRY, 'chip'), { code: 'ERR_KEY_EXISTS' })
    await assert.rejects(findTokenChip(ENTRY, 'none'), { code: 'ERR_KEY_ABSENT' })
    const found = await findTokenChip(ENTRY, 'chip')
    assert.deepEqual(found.place, made.place)
    assert.deepEqual((await found.signinKey(terminals[0]!)).expose(), keys[0]?.expose())
    await found.close()
  })

  test('computes what the protocol computes of the same root', async (t) => {
    if (!needs(t, 'softhsm2')) return
    const root = random(32)
    putRoot('factory', root)
    const chip = await findTokenChip(ENTRY, 'factory')
    const terminal = random(32)
    using made = await chip.signinKey(terminal)
    assert.deepEqual(made.expose(), chipKeyOf(new Secret(root), terminal).expose())
    await chip.close()
  })
})

/** Certificates of a company's for a key. */
function issuedTo({ publicKeys }: TokenKey, user: string, days?: number): CertificatePair {
  return company(hsm.folder).certify(publicKeys, user, days)
}

/** Puts a root key into the token as its maker would, who knows it. */
function putRoot(label: string, value: Uint8Array): void {
  const library = loadLibrary(MODULE)
  const [slot] = library.C_GetSlotList(true)
  const session = library.C_OpenSession(slot!, CK.CKF_SERIAL_SESSION | CK.CKF_RW_SESSION)
  library.C_Login(session, CK.CKU_USER, PIN)
  library.C_CreateObject(session, [
    { type: CK.CKA_CLASS, value: CK.CKO_SECRET_KEY },
    { type: CK.CKA_KEY_TYPE, value: CK.CKK_GENERIC_SECRET },
    { type: CK.CKA_TOKEN, value: true },
    { type: CK.CKA_SENSITIVE, value: true },
    { type: CK.CKA_EXTRACTABLE, value: false },
    { type: CK.CKA_SIGN, value: true },
    { type: CK.CKA_LABEL, value: label },
    { type: CK.CKA_VALUE, value: Buffer.from(value) },
  ])
  library.C_CloseSession(session)
}

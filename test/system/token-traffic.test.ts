import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { after, before, describe, test } from 'node:test'
import { concat, random, Secret, utf8 } from '@hufu/protocol/crypto'
import { frameOpener, frameSealer, readHeader, SFRAME_SUITES } from '@hufu/protocol/group'
import type { HufuError } from '@hufu/protocol/wire'
import { newTokenKey, type TokenEntry, type TokenKey } from '@hufu/pkcs11'
import { CK } from '@hufu/pkcs11/token'
import { loadLibrary } from '../../packages/pkcs11/src/token/library.ts'
import { needs } from '../support/needs.ts'
import { MODULE, PIN, softHsm, TOKEN, type SoftHsm } from '../support/softhsm.ts'

const ENTRY: TokenEntry = {
  module: MODULE,
  label: TOKEN,
  pin: PIN,
  notes: { change: async () => undefined },
}
const SUITE = SFRAME_SUITES[5]
const KEY_ID = 65_537n

let hsm: SoftHsm
let key: TokenKey | undefined
before(async () => {
  hsm = softHsm()
  if (!existsSync(MODULE)) return
  hsm.init(TOKEN)
  key = await newTokenKey(ENTRY, 'talks')
})
after(async () => {
  await key?.close()
  hsm.remove()
})

describe("a call's traffic in a PKCS#11 token (SoftHSM)", () => {
  test('is sealed to the same octets as without, and opened, forgeries refused', async (t) => {
    if (!needs(t, 'softhsm2')) return
    const { traffic } = key!
    await traffic.prove()
    using base = new Secret(random(32))
    const inside = frameSealer(SUITE, base, KEY_ID, { load: traffic.bulkKey })
    const outside = frameSealer(SUITE, base, KEY_ID)
    const opener = frameOpener(SUITE, base, KEY_ID, traffic.bulkKey)
    for (const text of ['one', '', 'three'.repeat(300)]) {
      const options = { room: 3, metadata: utf8(text.slice(0, 2)) }
      const frame = await inside.seal(utf8(text), options)
      assert.deepEqual(frame, await outside.seal(utf8(text), options))
      // as it comes: a part of something larger
      const came = concat(random(5), frame.subarray(3)).subarray(5)
      const altered = came.slice()
      altered[altered.length - 1]! ^= 1
      const header = readHeader(came)!
      assert.equal(await opener.open(altered, header, options.metadata), undefined)
      assert.deepEqual(await opener.open(came, header, options.metadata), utf8(text))
      assert.equal(await opener.open(came, header, options.metadata), undefined)
    }
    inside.wipe()
    opener.wipe()
    await assert.rejects(async () => inside.seal(utf8('late')), { code: 'ERR_SECRET_WIPED' })
  })

  test('frames come out in the order in which they went in, and are counted while they wait', async (t) => {
    if (!needs(t, 'softhsm2')) return
    const { traffic } = key!
    using base = new Secret(random(32))
    const sealer = frameSealer(SUITE, base, KEY_ID, { load: traffic.bulkKey })
    const order: number[] = []
    const sealing = Array.from({ length: 50 }, async (_, at) => {
      await sealer.seal(Uint8Array.of(at))
      order.push(at)
    })
    assert.equal(traffic.waiting, 50)
    await Promise.all(sealing)
    assert.equal(traffic.waiting, 0)
    assert.deepEqual(
      order,
      Array.from({ length: 50 }, (_, at) => at),
    )
    sealer.wipe()
  })

  test('has keys that cannot be read out, and are gone after their epoch', async (t) => {
    if (!needs(t, 'softhsm2')) return
    const { traffic } = key!
    using raw = new Secret(random(32))
    const present = secretKeys().length
    const bulk = traffic.bulkKey(raw)
    await traffic.random(1)
    const [found, ...more] = secretKeys().slice(present)
    assert.deepEqual(more, [])
    assert.deepEqual(found, { value: undefined, sensitive: true, extractable: false, kept: false })
    bulk.wipe()
    bulk.wipe()
    await traffic.random(1)
    assert.equal(secretKeys().length, present)
  })

  test('has randomness of its own', async (t) => {
    if (!needs(t, 'softhsm2')) return
    const { traffic } = key!
    const [one, other] = [await traffic.random(32), await traffic.random(32)]
    assert.equal(one.length, 32)
    assert.notDeepEqual(one, other)
  })

  test('is over when the token is taken out, which is noticed', async (t) => {
    if (!needs(t, 'softhsm2')) return
    const other = await newTokenKey(ENTRY, 'goes')
    const told: string[] = []
    const stop = other.traffic.watch(({ code }) => told.push(`stopped ${code}`))
    stop()
    const gone = new Promise<HufuError>((resolve) => other.traffic.watch(resolve))
    // a watch does not keep a process; a call does
    const call = setInterval(() => {}, 1_000)
    hsm.takeOut()
    try {
      assert.equal((await gone).code, 'ERR_HSM_ABSENT')
    } finally {
      hsm.putBack()
      clearInterval(call)
      await other.close()
    }
    assert.deepEqual(told, [])
  })

  test('is over when the key is closed', async (t) => {
    if (!needs(t, 'softhsm2')) return
    const other = await newTokenKey(ENTRY, 'closed')
    using raw = new Secret(random(32))
    const bulk = other.traffic.bulkKey(raw)
    await other.close()
    const message = { nonce: random(12), head: random(3), parts: [random(9)], room: 0 }
    await assert.rejects(async () => bulk.seal(message), { code: 'ERR_SECRET_WIPED' })
    assert.throws(() => other.traffic.bulkKey(raw), { code: 'ERR_SECRET_WIPED' })
    bulk.wipe()
  })
})

/** The AES keys that the token has, asked by other means than hufu's, in the same process: what a session has, it has. */
function secretKeys(): readonly Record<string, unknown>[] {
  const library = loadLibrary(MODULE)
  const slot = library
    .C_GetSlotList(true)
    .find((each) => library.C_GetTokenInfo(each).label.trim() === TOKEN)
  const session = library.C_OpenSession(slot!, CK.CKF_SERIAL_SESSION)
  try {
    library.C_FindObjectsInit(session, [{ type: CK.CKA_KEY_TYPE, value: CK.CKK_AES }])
    const handles = library.C_FindObjects(session, 100)
    library.C_FindObjectsFinal(session)
    return handles.map((handle) => {
      const read = (type: number): Buffer | undefined => {
        try {
          return library.C_GetAttributeValue(session, handle, [{ type }])[0]?.value
        } catch {
          return undefined
        }
      }
      return {
        value: read(CK.CKA_VALUE),
        sensitive: read(CK.CKA_SENSITIVE)?.[0] === 1,
        extractable: read(CK.CKA_EXTRACTABLE)?.[0] === 1,
        kept: read(CK.CKA_TOKEN)?.[0] === 1,
      }
    })
  } finally {
    library.C_CloseSession(session)
  }
}

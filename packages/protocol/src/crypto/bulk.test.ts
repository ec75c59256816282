import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { concat } from './bytes.ts'
import { aes256gcm } from './node/aes-gcm.ts'
import { bulkKey as native } from './node/bulk.ts'
import { bulkKey as web, giveBack } from './noble/bulk.ts'
import { Secret } from './secret.ts'

const octets = fc.uint8Array({ maxLength: 300 })
const KEY = new Uint8Array(32).fill(7)
const NONCE = new Uint8Array(12).fill(1)

test('both backends seal what AES-256-GCM seals, behind the head and the room', async () => {
  const message = fc.record({
    raw: fc.uint8Array({ minLength: 32, maxLength: 32 }),
    nonce: fc.uint8Array({ minLength: 12, maxLength: 12 }),
    head: octets,
    parts: fc.array(octets, { maxLength: 4 }),
    room: fc.nat(20),
  })
  await fc.assert(
    fc.asyncProperty(message, async ({ raw, ...rest }) => {
      const { nonce, head, parts, room } = rest
      const plaintext = concat(...parts)
      const sealed = aes256gcm.key(raw).seal(nonce, plaintext, head)
      for (const make of [native, web]) {
        const key = make(new Secret(raw.slice()))
        const whole = await key.seal(rest)
        assert.deepEqual(whole, concat(new Uint8Array(room), head, sealed))
        assert.equal(whole.byteLength, whole.buffer.byteLength)
        assert.deepEqual(await key.open(nonce, sealed, head), plaintext)
      }
    }),
  )
})

test('nothing altered opens, at either backend', async () => {
  const head = Uint8Array.of(1, 2, 3)
  for (const make of [native, web]) {
    const key = make(KEY)
    const whole = await key.seal({ nonce: NONCE, head, parts: [KEY], room: 0 })
    const sealed = whole.subarray(head.length)
    for (let at = 0; at < sealed.length; at += 1) {
      const altered = sealed.slice()
      altered[at]! ^= 1
      assert.equal(await key.open(NONCE, altered, head), undefined)
    }
    assert.equal(await key.open(NONCE, sealed, Uint8Array.of(1, 2, 4)), undefined)
    assert.equal(
      await key.open(
        NONCE.map(() => 2),
        sealed,
        head,
      ),
      undefined,
    )
    assert.equal(await key.open(NONCE, sealed.subarray(0, 15), head), undefined)
    assert.equal(await make(NONCE_KEY).open(NONCE, sealed, head), undefined)
  }
})

test('what is given may be changed afterwards, and a wiped key does nothing more', async () => {
  for (const make of [native, web]) {
    const raw = KEY.slice()
    const part = KEY.slice()
    const key = make(raw)
    raw.fill(0)
    const begun = key.seal({ nonce: NONCE, head: NONCE, parts: [part], room: 0 })
    part.fill(0)
    key.wipe()
    const expected = make(KEY).seal({ nonce: NONCE, head: NONCE, parts: [KEY], room: 0 })
    assert.deepEqual(await begun, await expected)
    assert.throws(() => key.open(NONCE, KEY, KEY), { code: 'ERR_SECRET_WIPED' })
    assert.throws(() => make(KEY.subarray(1)), { code: 'ERR_CRYPTO_INPUT' })
    assert.throws(() => make(KEY).open(KEY, KEY, KEY), { code: 'ERR_CRYPTO_INPUT' })
  }
})

test('in a browser a message is sealed into the memory of one that was given back, and of no other', async () => {
  const key = web(KEY)
  const seal = async (octets: number, value: number): Promise<Uint8Array> => {
    const nonce = NONCE.map(() => value)
    return key.seal({ nonce, head: KEY, parts: [new Uint8Array(octets).fill(value)], room: 10 })
  }
  const first = await seal(20_000, 1)
  const second = await seal(20_000, 2)
  assert.notEqual(second.buffer, first.buffer)
  const expected = second.slice()
  giveBack(second)
  first.fill(0)
  const again = await seal(20_000, 2)
  assert.equal(again.buffer, second.buffer)
  assert.deepEqual(again, expected)
  assert.notEqual((await seal(20_000, 3)).buffer, second.buffer)
  giveBack(again)
  assert.equal((await seal(20_001, 4)).length, second.length + 1)
  for (const part of [await seal(10, 5), (await seal(20_000, 6)).subarray(1)]) {
    giveBack(part)
    assert.notEqual((await seal(part.length - 58, 7)).buffer, part.buffer)
  }
})

const NONCE_KEY = new Uint8Array(32).fill(8)

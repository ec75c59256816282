import assert from 'node:assert/strict'
import { test } from 'node:test'
import { random } from '@hufu/protocol/crypto'
import { ecdsaP256, p256 } from '@hufu/protocol/crypto/more'
import type { Statement } from '@hufu/protocol/wire'
import type { TokenThread } from '../token/thread.ts'
import type { KeyActs } from './acts.ts'
import { proveAgreement, tokenKeyOver, type TokenKey } from './token-key.ts'

const EMPTY = new Uint8Array(0)
const STATEMENT: Statement = {
  purpose: 'sign-in',
  role: 'user',
  server: 'localhost:1',
  users: ['alice@localhost'],
  certificates: [],
  terminal: EMPTY,
  session: EMPTY,
  nonces: [EMPTY, EMPTY],
  suites: [],
  payload: EMPTY,
}

interface Spied {
  readonly key: TokenKey
  /** What the token was asked. */
  readonly asked: string[]
}

/** A key whose token answers with `answers`, and what it was asked. */
function spied(answers: Readonly<Record<string, Uint8Array>>): Spied {
  const asked: string[] = []
  const thread = {
    ask: async (name: string) => {
      asked.push(name)
      return answers[name]
    },
    end: async () => undefined,
  } as unknown as TokenThread<KeyActs>
  const pair = (id: number) => ({ label: 'key', id: Uint8Array.of(id) })
  const publicKeys = {
    algorithm: 'p256',
    signing: ecdsaP256.generate(random).publicKey,
    agreement: p256.generate(random).publicKey,
  } as const
  const place = { signing: pair(1), agreement: pair(2), publicKeys }
  return { key: tokenKeyOver(thread, place), asked }
}

/** A good point, changed. */
function changed(change: (point: Uint8Array) => unknown): Uint8Array {
  const point = p256.generate(random).publicKey.slice()
  change(point)
  return point
}

for (const [what, point] of [
  ['nothing', EMPTY],
  ['the point at infinity', Uint8Array.of(0)],
  ['zeros', new Uint8Array(65)],
  ['a point off the curve', changed((point) => (point[64]! ^= 1))],
  ['a coordinate above the field', changed((point) => point.fill(0xff, 1, 33))],
  ['a compressed point', changed((point) => point.fill(2, 0, 1)).slice(0, 33)],
  ['a hybrid point', changed((point) => point.fill(6, 0, 1))],
  ['an X25519 key', random(32)],
  ['an octet too many', Uint8Array.from([...p256.generate(random).publicKey, 0])],
] as const)
  test(`${what} in place of a peer's key never reaches the token`, async () => {
    const { key, asked } = spied({ derive: new Uint8Array(32) })
    assert.equal(await key.agree(point), undefined)
    assert.deepEqual(asked, [])
  })

test('a good point does', async () => {
  const { key, asked } = spied({ derive: new Uint8Array(32).fill(3) })
  const shared = await key.agree(p256.generate(random).publicKey)
  assert.deepEqual(shared?.expose(), new Uint8Array(32).fill(3))
  assert.deepEqual(asked, ['derive'])
})

test('a signature that is not good does not go out', async () => {
  const { key } = spied({ sign: new Uint8Array(64).fill(1) })
  await assert.rejects(key.sign(STATEMENT), { code: 'ERR_HSM_FAILED' })
})

test('a public key that is not that of the agreement key is found out', async () => {
  const { key } = spied({ derive: new Uint8Array(32) })
  await assert.rejects(proveAgreement(key), { code: 'ERR_HSM_FAILED' })
})

test('a closed key does nothing any more', async () => {
  const { key, asked } = spied({})
  await key.close()
  await key.close()
  const closed = { code: 'ERR_SECRET_WIPED' }
  await assert.rejects(key.sign(STATEMENT), closed)
  await assert.rejects(key.agree(p256.generate(random).publicKey), closed)
  await assert.rejects(key.users(), closed)
  assert.deepEqual(asked, [])
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CK } from '../token/constants.ts'
import type { Cryptoki, EcdhParameter, Mechanism } from '../token/cryptoki.ts'
import { fakeLibrary } from '../token/fake.testing.ts'
import { tokenOver } from '../token/token.ts'
import { keyActs, type KeyActs } from './acts.ts'

/* What SoftHSM never does: tokens differ in how they take a point and in what they give for a secret. */

const PAIR = { label: 'key', id: Uint8Array.of(1) }
const POINT = Uint8Array.from({ length: 65 }, (_, at) => (at === 0 ? 4 : at))

interface Fake {
  readonly acts: KeyActs
  readonly calls: string[]
  readonly points: Buffer[]
}

/** A token that derives `secret`, if it is given the point as it likes it. */
function fake(
  secret: Uint8Array | undefined,
  likes: (point: Buffer) => boolean = () => true,
  attributes: Readonly<Record<number, Uint8Array>> = {},
): Fake {
  const { cryptoki: library, calls } = fakeLibrary({})
  const points: Buffer[] = []
  const fault = (code: number): Error => Object.assign(new Error(`CKR_${code}`), { code })
  const own: Pick<Cryptoki, 'C_DeriveKey' | 'C_GetAttributeValue' | 'C_Sign'> = {
    C_DeriveKey(_session, { parameter }: Mechanism) {
      const { publicData } = parameter as EcdhParameter
      points.push(publicData)
      if (!likes(publicData)) throw fault(CK.CKR_MECHANISM_PARAM_INVALID)
      return new Uint8Array(8)
    },
    C_GetAttributeValue(_session, _object, [row]) {
      const value = row!.type === CK.CKA_VALUE ? secret : attributes[row!.type]
      if (value === undefined) throw fault(CK.CKR_ATTRIBUTE_TYPE_INVALID)
      return [{ value: Buffer.from(value) }]
    },
    C_Sign: () => Buffer.alloc(64, 7),
  }
  const cryptoki = new Proxy(library, {
    get: (target, name: keyof Cryptoki) =>
      name in own ? own[name as keyof typeof own] : target[name],
  })
  const token = tokenOver(cryptoki, { label: 'token', pin: '1234' }, [])
  return { acts: keyActs(token), calls, points }
}

test('a point goes to the token as it is, or as an octet string where the token wants that', () => {
  const wrapped = Buffer.from([4, 65, ...POINT])
  const raw = fake(new Uint8Array(32))
  raw.acts.derive(PAIR, POINT)
  assert.deepEqual(raw.points, [Buffer.from(POINT)])
  const der = fake(new Uint8Array(32), (point) => point.length === 67)
  der.acts.derive(PAIR, POINT)
  assert.deepEqual(der.points, [Buffer.from(POINT), wrapped])
})

test('zeros that a token cut off in front are there again', () => {
  const { acts } = fake(Uint8Array.of(5, 6, 7))
  assert.deepEqual(acts.derive(PAIR, POINT), Uint8Array.from([...new Uint8Array(29), 5, 6, 7]))
})

for (const [what, secret] of [
  ['gives nothing', undefined],
  ['gives too much', new Uint8Array(33)],
  ['gives no octet', new Uint8Array(0)],
] as const)
  test(`a token that ${what} for a shared secret cannot hold a key`, () => {
    const { acts, calls } = fake(secret)
    assert.throws(() => acts.derive(PAIR, POINT), { code: 'ERR_HSM_MECHANISM' })
    assert.ok(calls.includes('C_DestroyObject'))
  })

test('what the token derived is destroyed in it', () => {
  const { acts, calls } = fake(new Uint8Array(32))
  acts.derive(PAIR, POINT)
  assert.equal(calls.at(-1), 'C_DestroyObject')
})

test('a key that wants the PIN for each signature is given it, others are not', () => {
  const logins = ({ acts, calls }: Fake): number => {
    acts.sign(PAIR, new Uint8Array(32))
    return calls.filter((name) => name === 'C_Login').length
  }
  assert.equal(logins(fake(undefined)), 1)
  const asks = fake(undefined, undefined, { [CK.CKA_ALWAYS_AUTHENTICATE]: Uint8Array.of(1) })
  assert.equal(logins(asks), 2)
  assert.ok(asks.calls.lastIndexOf('C_Login') > asks.calls.indexOf('C_SignInit'))
})

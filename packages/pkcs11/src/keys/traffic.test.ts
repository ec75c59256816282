import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CK } from '../token/constants.ts'
import type { Cryptoki } from '../token/cryptoki.ts'
import { fakeLibrary } from '../token/fake.testing.ts'
import { tokenOver } from '../token/token.ts'
import { trafficActs, type TrafficActs } from './traffic-acts.ts'

/* What SoftHSM never does. `test/system/token-traffic.test.ts` has the rest, with it. */

const NONCE = new Uint8Array(12)
const NONE = new Uint8Array(0)

interface Fake {
  readonly acts: TrafficActs
  readonly calls: string[]
  /** Objects are there no more; nobody has said so. */
  lose(): void
}

/** A token whose keys are as sensitive and as extractable as these octets say. */
function fake(
  faults: Readonly<Record<string, readonly number[]>>,
  { sensitive, extractable }: { readonly sensitive: number; readonly extractable: number },
): Fake {
  const { cryptoki: library, calls } = fakeLibrary(faults)
  let isLost = false
  const own: Partial<Cryptoki> = {
    C_CreateObject: () => new Uint8Array(8),
    C_GetAttributeValue(_session, _object, [row]) {
      if (isLost) throw Object.assign(new Error('CKR'), { code: CK.CKR_OBJECT_HANDLE_INVALID })
      const value = row!.type === CK.CKA_SENSITIVE ? sensitive : extractable
      return [{ value: Buffer.of(value) }]
    },
    C_Encrypt: (_session, input) => Buffer.alloc(input.length + 16),
  }
  const cryptoki = new Proxy(library, {
    get: (target, name: keyof Cryptoki) => {
      const real = target[name] as (...given: unknown[]) => unknown
      if (!(name in own)) return real
      return (...given: unknown[]) => {
        real(...given) // it counts, and throws where it is to
        return (own[name] as typeof real)(...given)
      }
    },
  })
  const acts = trafficActs(tokenOver(cryptoki, { label: 'token', pin: '1234' }, []))
  return {
    acts,
    calls,
    lose() {
      isLost = true
    },
  }
}

const KEEPS = { sensitive: 1, extractable: 0 }

for (const [what, kind] of [
  ['is not sensitive', { sensitive: 0, extractable: 0 }],
  ['can be taken out', { sensitive: 1, extractable: 1 }],
] as const)
  test(`a key that ${what} in its token is destroyed, and not used`, () => {
    const { acts, calls } = fake({}, kind)
    assert.throws(() => acts.load(1, new Uint8Array(32)), { code: 'ERR_HSM_MECHANISM' })
    assert.equal(calls.at(-1), 'C_DestroyObject')
  })

for (const code of [CK.CKR_DEVICE_REMOVED, CK.CKR_SESSION_HANDLE_INVALID, CK.CKR_TOKEN_NOT_PRESENT])
  test(`keys do not outlive their session (0x${code.toString(16)})`, () => {
    for (const [name, use] of [
      ['C_Encrypt', (acts: TrafficActs) => acts.seal(1, NONCE, NONE, NONE)],
      ['C_EncryptInit', (acts: TrafficActs) => acts.seal(1, NONCE, NONE, NONE)],
      ['C_Decrypt', (acts: TrafficActs) => acts.open(1, NONCE, NONE, new Uint8Array(20))],
    ] as const) {
      const { acts } = fake({ [name]: [code] }, KEEPS)
      acts.load(1, new Uint8Array(32))
      assert.throws(() => use(acts), { code: 'ERR_HSM_ABSENT' }, name)
      assert.throws(() => use(acts), { code: 'ERR_HSM_ABSENT' }, name)
      acts.load(2, new Uint8Array(32))
      acts.seal(2, NONCE, NONE, NONE)
    }
  })

test('a frame that does not open is told from a key that is gone', () => {
  const frame = new Uint8Array(20)
  const bad = fake({ C_Decrypt: [CK.CKR_GENERAL_ERROR] }, KEEPS)
  bad.acts.load(1, new Uint8Array(32))
  assert.equal(bad.acts.open(1, NONCE, NONE, frame), undefined)
  const gone = fake({ C_Decrypt: [CK.CKR_GENERAL_ERROR] }, KEEPS)
  gone.acts.load(1, new Uint8Array(32))
  gone.lose()
  assert.throws(() => gone.acts.open(1, NONCE, NONE, frame), { code: 'ERR_HSM_ABSENT' })
})

test('a key that is dropped is destroyed, once', () => {
  const { acts, calls } = fake({}, KEEPS)
  acts.load(1, new Uint8Array(32))
  acts.drop(1)
  acts.drop(1)
  acts.drop(2)
  assert.equal(calls.filter((name) => name === 'C_DestroyObject').length, 1)
  assert.throws(() => acts.seal(1, NONCE, NONE, NONE), { code: 'ERR_HSM_ABSENT' })
})

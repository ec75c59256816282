import assert from 'node:assert/strict'
import { test } from 'node:test'
import { random, utf8 } from '@hufu/protocol/crypto'
import * as fc from 'fast-check'
import type { Stored } from '../profile/shelf.ts'
import { sealed, unsealed } from './sealed.ts'

/** Quick, for tests. */
const COST = { memoryKiB: 8, passes: 1, parallelism: 1 }
const ABOUT = utf8('somebody’s key')
const SECRETS = random(64)
const passphrase = (): Uint8Array => utf8('correct horse battery')

function file(): Stored {
  return sealed(SECRETS, passphrase(), ABOUT, random, COST) as Stored
}

const open = (object: Stored, words = passphrase(), about = ABOUT): Uint8Array =>
  unsealed(object, words, about, 'the key')

test('opens what it sealed, each time another file', () => {
  const [one, other] = [file(), file()]
  assert.deepEqual(open(one), SECRETS)
  assert.deepEqual(open(JSON.parse(JSON.stringify(other)) as Stored), SECRETS)
  for (const field of ['salt', 'nonce', 'box']) assert.notEqual(one[field], other[field])
})

test('as it is used, a guess costs 64 MiB and three passes', () => {
  const { memoryKiB, passes, parallelism } = sealed(SECRETS, passphrase(), ABOUT, random) as Stored
  assert.deepEqual([memoryKiB, passes, parallelism], [65_536, 3, 4])
})

test('a wrong passphrase is told from a file that was damaged', () => {
  assert.throws(() => open(file(), utf8('correct horse batterie')), { code: 'ERR_KEY_PASSPHRASE' })
  assert.throws(() => open(file(), passphrase(), utf8('another’s key')), { code: 'ERR_KEY_FILE' })
})

test('whatever is altered, it does not open, and asks for no more memory than it may', () => {
  const whole = file()
  const junk = fc.oneof(
    fc.constant(undefined),
    fc.constant(null),
    fc.constant(''),
    fc.constant('A'),
    fc.constant('é'),
    fc.constant(-1),
    fc.constant(0.5),
    fc.constant(2 ** 40),
    fc.constant(Number.NaN),
    fc.constant([]),
    fc.string(),
  )
  fc.assert(
    fc.property(fc.constantFrom(...Object.keys(whole)), junk, (field, value) => {
      fc.pre(value !== whole[field])
      assert.throws(() => open({ ...whole, [field]: value }), { code: 'ERR_KEY_FILE' })
    }),
  )
  for (const field of ['salt', 'nonce', 'box', 'sum']) {
    const text = whole[field] as string
    const other = `${text.startsWith('A') ? 'B' : 'A'}${text.slice(1)}`
    assert.throws(() => open({ ...whole, [field]: other }), { code: 'ERR_KEY_FILE' })
  }
})

test('parts of two files do not go together', () => {
  const [one, other] = [file(), file()]
  for (const field of ['salt', 'nonce', 'box'])
    assert.throws(() => open({ ...one, [field]: other[field] }), { code: 'ERR_KEY_FILE' })
})

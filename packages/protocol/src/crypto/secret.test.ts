import assert from 'node:assert/strict'
import { Console } from 'node:console'
import { Writable } from 'node:stream'
import { test } from 'node:test'
import { format, inspect } from 'node:util'
import { deserialize, serialize } from 'node:v8'

import { utf8 } from './bytes.ts'
import { Secret } from './secret.ts'

const WORDS = 'orbit lilac'

/** Every way that anybody has printed a secret by mistake. */
const PRINTERS: Readonly<Record<string, (secret: Secret) => string>> = {
  'a template string': (secret) => `it is ${secret as unknown as string}.`,
  'adding to a string': (secret) => ''.concat(secret as unknown as string),
  'JSON.stringify': (secret) => JSON.stringify({ secret, list: [secret] }),
  'util.inspect': (secret) => inspect({ secret }, { depth: 9, showHidden: true, getters: true }),
  'util.inspect without custom functions': (secret) =>
    inspect({ secret }, { customInspect: false, showHidden: true, getters: true }),
  'util.format': (secret) => format('%s %o %O %j', secret, secret, secret, secret),
  'console.log': (secret) => logged(secret),
  'Object.entries': (secret) => JSON.stringify([Object.entries(secret), Object.assign({}, secret)]),
  'v8.serialize': (secret) => inspect(deserialize(serialize({ secret }))),
  structuredClone: (secret) => inspect(structuredClone({ secret })),
  'an error with a cause': (secret) => inspect(new Error('no', { cause: { secret } })),
}

for (const [printer, print] of Object.entries(PRINTERS)) {
  test(`${printer} shows no octet`, () => {
    const octets = utf8(WORDS)
    const shown = print(new Secret(octets))
    for (const trace of [WORDS, 'orbit', '6f726269', '111, 114', '"0":111', 'b3JiaXQ']) {
      assert.ok(!shown.includes(trace), `${trace} in ${shown}`)
    }
  })
}

test('what prints it says that it is a secret', () => {
  const secret = new Secret(utf8(WORDS))
  assert.equal(String(secret), '[secret]')
  assert.equal(JSON.stringify({ secret }), '{"secret":"[secret]"}')
  assert.equal(inspect(secret), '[secret]')
  assert.match(logged(secret), /^\[secret\]/)
})

test('it owns the octets that it is given', () => {
  const octets = utf8(WORDS)
  const secret = new Secret(octets)
  assert.equal(secret.octets, octets.length)
  assert.equal(secret.expose(), octets)
})

test('wiping zeroes the octets and makes them unreachable', () => {
  const octets = utf8(WORDS)
  const secret = new Secret(octets)
  secret.wipe()
  secret.wipe()
  assert.deepEqual(octets, new Uint8Array(WORDS.length))
  assert.throws(() => secret.expose(), { code: 'ERR_SECRET_WIPED' })
  assert.throws(() => secret.octets, { code: 'ERR_SECRET_WIPED' })
})

test('using wipes at the end of the block', () => {
  const octets = utf8(WORDS)
  {
    using secret = new Secret(octets)
    assert.equal(secret.octets, WORDS.length)
  }
  assert.deepEqual(octets, new Uint8Array(WORDS.length))
})

function logged(secret: Secret): string {
  let written = ''
  const stream = new Writable({
    write(chunk: unknown, _encoding, done) {
      written += String(chunk)
      done()
    },
  })
  const console = new Console(stream)
  console.log(secret)
  console.dir({ secret }, { depth: 9, showHidden: true })
  return written
}

import assert from 'node:assert/strict'
import { test } from 'node:test'

import { concat, hex, utf8 } from './bytes.ts'
import { sha256 } from './noble/hash.ts'
import { random as randomInNode } from './node/random.ts'
import { random as randomInNoble } from './noble/random.ts'
import { seededRandomForTests } from './random.ts'

for (const [name, random] of Object.entries({ node: randomInNode, noble: randomInNoble })) {
  test(`${name}: as many octets as asked for, filled to the end`, () => {
    for (const octets of [0, 1, 32, 65_536, 65_537, 200_000]) {
      const drawn = random(octets)
      assert.equal(drawn.length, octets)
      // 64 zeros in a row at the end come up once in 2^512.
      if (octets >= 64) assert.ok(drawn.subarray(-64).some((octet) => octet !== 0))
    }
  })

  test(`${name}: never the same twice`, () => {
    assert.notEqual(hex(random(32)), hex(random(32)))
  })
}

test('the seeded source repeats, however it is drawn from', () => {
  const whole = seededRandomForTests(utf8('seed'))(300)
  const again = seededRandomForTests(utf8('seed'))
  const pieces = [1, 31, 0, 33, 100, 135].map((octets) => again(octets))
  assert.deepEqual(concat(...pieces), whole)
  assert.notDeepEqual(seededRandomForTests(utf8('other'))(300), whole)
})

test('the seeded source is the documented one', () => {
  const blocks = [0, 1].map((n) =>
    sha256(utf8('hufu test random'), utf8('seed'), Uint8Array.of(0, 0, 0, n)),
  )
  assert.deepEqual(seededRandomForTests(utf8('seed'))(64), concat(...blocks))
})

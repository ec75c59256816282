import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { random, x25519, type Random } from '../../crypto/index.ts'
import { checkShare } from '../../testing/curve.testing.ts'
import { attack, attackWithLeakedScalar } from '../../testing/dictionary.testing.ts'
import {
  dictionary,
  generatorFor,
  overhear,
  product,
  tagsFit,
} from '../../testing/eavesdropper.testing.ts'
import {
  BY_AEAD,
  BY_ENCODING,
  BY_TOP_BIT,
  type Variant,
} from '../../testing/publication.testing.ts'
import { decodeCbor } from '../../wire/cbor.ts'

/** Candidates for the words; test/protocol/dictionary.long.ts tries 20,000. */
const SOME = 600
const MANY = 20_000

describe('whoever listens to a pairing and has a dictionary', () => {
  test('finds no candidate that passes any test, not even the right one', () => {
    const { survivors } = attack(SOME)
    assert.deepEqual(new Set(Object.values(survivors)), new Set([0]), JSON.stringify(survivors))
  })

  test('would find exactly the right one if an ephemeral secret leaked: the attack can work', () => {
    assert.deepEqual(attackWithLeakedScalar(200), [dictionary(200)[100]])
  })

  test('would know it by the tags if K leaked: the check of tags can work', () => {
    const words = dictionary(2)[1]!
    const drawn: Uint8Array[] = []
    const noting: Random = (octets) => {
      const made = random(octets)
      drawn.push(made.slice())
      return made
    }
    const heard = overhear(words, noting)
    const fitting = drawn.filter(
      (scalar) => scalar.length === 32 && tagsFit(product(scalar, heard.ya), heard),
    )
    assert.ok(fitting.length > 0)
  })

  test('sees nothing in the form of the messages: it is the same for any words', () => {
    const forms = dictionary(12).map((words) => {
      const { ya, yb, ada, adb, ta, tb, opening, records } = overhear(words)
      const data = [ada, adb].map((octets) => {
        const decoded = decodeCbor(octets)
        assert.ok(decoded.ok && Array.isArray(decoded.value))
        const parts = decoded.value as readonly unknown[]
        return parts.map((part) => (part instanceof Uint8Array ? part.length : part))
      })
      const sizes = [ya, yb, ada, adb, ta, tb, opening, ...records].map((each) => each.length)
      return JSON.stringify([data, sizes, checkShare(ya), checkShare(yb)])
    })
    assert.equal(new Set(forms).size, 1)
  })

  test('cannot rule a candidate out: each one’s generator reaches the shares', () => {
    // A multiple of any generator, cleared of its cofactor, is of prime order, as the shares are: in a group of prime
    // order every element but the neutral one generates all others, so some scalar fits every candidate.
    const heard = overhear(dictionary(1)[0]!)
    for (const words of dictionary(60)) {
      const multiple = x25519.fromSecret(random(32)).agree(generatorFor(words, heard))
      assert.ok(multiple !== undefined)
      assert.deepEqual(checkShare(multiple), { canonical: true, onCurve: true, primeOrder: true })
    }
  })

  test('learns nothing from many pairings either: bits agree no more often for the right words', () => {
    const [right, wrong] = dictionary(2) as [string, string]
    const agreeing = { right: 0, wrong: 0 }
    const sessions = 64
    for (let n = 0; n < sessions; n += 1) {
      const heard = overhear(right)
      const bit = (octets: Uint8Array): number => octets[0]! & 1
      if (bit(generatorFor(right, heard)) === bit(heard.ya)) agreeing.right += 1
      if (bit(generatorFor(wrong, heard)) === bit(heard.ya)) agreeing.wrong += 1
    }
    // 32 ± 24 is six standard deviations: chance alone fails this once in a thousand million runs.
    for (const count of Object.values(agreeing)) assert.ok(count > 8 && count < 56, `${count}`)
  })
})

describe('the publication’s own scheme: encrypt the key, see whether it decrypts', () => {
  const words = dictionary(MANY)
  const right = words[7_777]!
  const survivors = (variant: Variant, messages: number): readonly string[] => {
    let left = words
    for (let n = 0; n < messages; n += 1) {
      const message = variant.encrypt(right)
      left = left.filter((each) => variant.succeeds(each, message))
    }
    return left
  }

  test('falls to one message when success is an authentication tag', () => {
    assert.deepEqual(survivors(BY_AEAD, 1), [right])
  })

  test('falls to one message when success is a key in its usual encoding', () => {
    assert.deepEqual(survivors(BY_ENCODING, 1), [right])
  })

  test('falls by half with each message when success is only a key that can be', () => {
    const left = survivors(BY_TOP_BIT, 2)
    assert.ok(left.includes(right))
    assert.ok(Math.abs(left.length - MANY / 4) < 500, `${left.length} left`)
  })
})

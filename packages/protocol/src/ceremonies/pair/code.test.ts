import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { inspect } from 'node:util'
import * as fc from 'fast-check'
import { random, text, type Random } from '../../crypto/index.ts'
import { anyText } from '../../testing/values.testing.ts'
import { drawWords, parseCode, showCode, wordsPrs, type SpokenWords } from './code.ts'
import { drawSlot, isSlot, slotDigits } from './slots.ts'
import { WORDS } from '../../wire/words.ts'

/** Random octets that stand somewhere in the middle of a larger array, as those of a pool do. */
const pooled: Random = (octets) => random(octets + 7).subarray(7)

describe('a code', () => {
  test('that was drawn is read as it is shown', () => {
    for (let n = 0; n < 50; n += 1) {
      const code = { slot: drawSlot(4, random), words: drawWords(random) }
      const parsed = parseCode(showCode(code))
      assert.ok(parsed.ok)
      assert.equal(parsed.value.slot, code.slot)
      assert.deepEqual(wordsPrs(parsed.value.words), wordsPrs(code.words))
    }
  })

  test('is read as people type it', () => {
    for (const typed of [
      '4821-tango-orbit-lilac',
      ' 4821 TANGO  Orbit lilac\n',
      '4821 - tango - orbit - lilac',
      '4821-tango-orbit\tlilac',
    ]) {
      const parsed = parseCode(typed)
      assert.ok(parsed.ok, typed)
      assert.equal(showCode(parsed.value), '4821-tango-orbit-lilac')
      assert.equal(text(wordsPrs(parsed.value.words)), 'tango-orbit-lilac')
    }
  })

  test('without a slot, with too few or too many words, or with anything else is none', () => {
    for (const typed of [
      '',
      'tango-orbit-lilac',
      '4821',
      '4821-tango-orbit',
      '4821-tango-orbit-lilac-zoom',
      '482-tango-orbit-lilac',
      '0821-tango-orbit-lilac',
      '4821-tango-orbit-lil4c',
      '4821-tango-orbit-lilác',
      '-4821-tango-orbit-lilac',
      '4821-tango-orbit-lilac-',
      '1234567890123-tango-orbit-lilac',
    ]) {
      assert.deepEqual(parseCode(typed), { ok: false, code: 'ERR_PAIR_CODE' }, typed)
    }
  })

  test('any text gives an outcome', () => {
    fc.assert(
      fc.property(anyText(30), (typed) => {
        const parsed = parseCode(typed)
        if (!parsed.ok) assert.equal(parsed.code, 'ERR_PAIR_CODE')
      }),
    )
  })
})

describe('spoken words', () => {
  test('do not show, whatever prints or sends them', () => {
    const parsed = parseCode('4821-tango-orbit-lilac')
    assert.ok(parsed.ok)
    const shown = [
      JSON.stringify(parsed.value),
      inspect(parsed.value, { showHidden: true, depth: 9 }),
      JSON.stringify(structuredClone(parsed.value)),
    ]
    assert.ok(shown.every((each) => !/tango|orbit|lilac/.test(each)))
  })

  test('are no text to the compiler either', () => {
    const parsed = parseCode('4821-tango-orbit-lilac')
    assert.ok(parsed.ok)
    const send = (at: string): number => at.length
    // @ts-expect-error: words where an address is expected
    assert.equal(send(parsed.value.words), undefined)
    const words: SpokenWords = parsed.value.words
    assert.equal(typeof words, 'object')
  })

  test('come from all of the list, wherever the random octets stand in memory', () => {
    const drawn = Array.from({ length: 400 }, () => text(wordsPrs(drawWords(pooled)))!.split('-'))
    assert.ok(drawn.every((words) => words.length === 3 && words.every((w) => WORDS.includes(w))))
    const indexes = drawn.flat().map((word) => WORDS.indexOf(word))
    assert.ok(new Set(indexes).size > 600)
    assert.ok(Math.min(...indexes) < 64 && Math.max(...indexes) > 1_983)
    const fixed: Random = () => Uint8Array.of(0, 0, 0, 5, 0, 7, 0xff, 0xff).subarray(2)
    const [first, second, third] = [WORDS[5], WORDS[7], WORDS[2_047]]
    assert.equal(text(wordsPrs(drawWords(fixed))), `${first}-${second}-${third}`)
  })
})

describe('slots', () => {
  test('have digits enough that a number tried hits an open one once in a thousand', () => {
    for (let open = 0; open < 3_000; open += 1) {
      const digits = slotDigits(open)
      const numbers = 9 * 10 ** (digits - 1)
      assert.ok((open + 1) / numbers <= 1 / 1_000, `${open} others open`)
      assert.ok(
        digits === 4 || 9 * 10 ** (digits - 2) < (open + 1) * 1_000,
        'and no more than that',
      )
    }
  })

  test('are numbers of just so many digits', () => {
    for (const digits of [4, 5, 8, 12]) {
      for (let n = 0; n < 200; n += 1) {
        const slot = drawSlot(digits, pooled)
        assert.ok(isSlot(slot) && slot.length === digits, slot)
      }
    }
  })

  test('use all numbers, wherever the random octets stand in memory', () => {
    const low = Math.min(...Array.from({ length: 2_000 }, () => Number(drawSlot(4, pooled))))
    const high = Math.max(...Array.from({ length: 2_000 }, () => Number(drawSlot(4, pooled))))
    assert.ok(low < 1_100 && high > 9_900)
    const fixed: Random = () => Uint8Array.of(9, 0, 0, 0, 0, 0, 0, 0, 5).subarray(1)
    assert.equal(drawSlot(4, fixed), '1005')
  })

  test('are told from anything else', () => {
    for (const text of ['', '482', '0482', '48a1', ' 4821', '4821\n', '٤٨٢١', '1234567890123']) {
      assert.equal(isSlot(text), false, text)
    }
  })
})

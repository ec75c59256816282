import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import { text } from '../../crypto/index.ts'
import { anyText } from '../../testing/values.testing.ts'
import { prepareName, preparePassphrase } from './passphrase.ts'

describe('a passphrase (RFC 8265 §4.2)', () => {
  test('is the same however its letters were composed', () => {
    for (const [typed, same] of [
      ['Gru\u0308n', 'Grün'],
      ['\u304b\u3099', '\u304c'], // hiragana KA and a voiced mark
      ['\u1112\u1161\u11ab', '\ud55c'], // jamo and their syllable
      ['A\u030a', '\u212b'], // ANGSTROM SIGN
    ] as const) {
      assert.equal(prepared(typed), prepared(same))
      assert.notEqual(prepared(typed), undefined)
    }
  })

  test('keeps what only looks alike apart: width, case, order, spaces at the ends', () => {
    const all = ['abc', 'ａｂｃ', 'ABC', 'cba', ' abc', 'abc ', 'ab c', 'カナ', 'ｶﾅ']
    assert.equal(new Set(all.map(prepared)).size, all.length)
  })

  test('takes every kind of space for one', () => {
    for (const space of ['\u00a0', '\u2003', '\u202f', '\u3000']) {
      assert.equal(prepared(`correct${space}horse`), 'correct horse')
    }
  })

  test('may be in any script, and have signs', () => {
    for (const typed of ['пароль', '密码 虎符', '비밀번호', 'كلمة', 'µ∞!?', '😀 tiger']) {
      assert.equal(prepared(typed), typed.normalize('NFC'))
    }
  })

  test('is refused with a character that cannot be typed or seen', () => {
    const outcomes = [
      '',
      'tab\there',
      'line\nend',
      'zero\u0000',
      'soft\u00adhyphen',
      'zero\u200bwidth',
      'bidi\u202e',
      'private\ue000',
      'unassigned\u0378',
      'lone\ud800',
      '\u2028',
    ].map(preparePassphrase)
    for (const outcome of outcomes) {
      assert.deepEqual(outcome, { ok: false, code: 'ERR_PAIR_PASSPHRASE' })
    }
  })

  test('is at most 1,024 octets long', () => {
    assert.ok(preparePassphrase('a'.repeat(1_024)).ok)
    assert.ok(preparePassphrase('é'.repeat(512)).ok)
    assert.equal(preparePassphrase('a'.repeat(1_025)).ok, false)
    assert.equal(preparePassphrase('é'.repeat(513)).ok, false)
  })

  test('that was prepared is prepared', () => {
    fc.assert(
      fc.property(anyText(12), (typed) => {
        const once = preparePassphrase(typed)
        if (!once.ok) return
        assert.deepEqual(preparePassphrase(text(once.value)!), once)
      }),
    )
  })
})

describe('a name', () => {
  test('is found however it was typed', () => {
    for (const [typed, name] of [
      [' Ann ', 'ann'],
      ['ＡＮＮ', 'ann'],
      ['Gru\u0308n', 'grün'],
      ['desk-2.office_3', 'desk-2.office_3'],
      ['李雷', '李雷'],
      ['Ⅳ', 'iv'],
    ] as const) {
      assert.deepEqual(prepareName(typed), { ok: true, value: name })
    }
  })

  test('has letters and digits at both ends, and nothing strange inside', () => {
    const refused = [
      '',
      ' ',
      '-ann',
      'ann-',
      '.',
      'an n',
      'a/b',
      'a@b',
      'a\u200bb',
      '😀',
      'a\ud800',
    ]
    for (const typed of [...refused, 'a'.repeat(65)]) {
      assert.deepEqual(prepareName(typed), { ok: false, code: 'ERR_PAIR_NAME' }, typed)
    }
    assert.ok(prepareName('a'.repeat(64)).ok)
  })

  test('that was prepared is prepared', () => {
    fc.assert(
      fc.property(anyText(6), (typed) => {
        const once = prepareName(typed)
        if (once.ok) assert.deepEqual(prepareName(once.value), once)
      }),
      { numRuns: 500 },
    )
  })
})

/** The prepared text, undefined if refused. */
function prepared(typed: string): string | undefined {
  const outcome = preparePassphrase(typed)
  return outcome.ok ? text(outcome.value) : undefined
}

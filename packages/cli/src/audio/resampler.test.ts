import assert from 'node:assert/strict'
import { test } from 'node:test'
import { resampler } from './resampler.ts'
import { levelOf, loudness, noiseBelow, tone } from './sound.testing.ts'

const TO = 48_000

/** All of `samples` at 48,000 a second, given in pieces of changing length. */
function converted(samples: Float32Array, from: number): Float32Array {
  const rate = resampler(from, TO)
  const out: number[] = []
  let at = 0
  for (let piece = 1; at < samples.length; piece = (piece * 7) % 1_999) {
    out.push(...rate.push(samples.subarray(at, at + piece)))
    at += piece
  }
  out.push(...rate.end())
  return Float32Array.from(out)
}

test('a tone stays what it is: 80 dB and more above all else, and as loud, at any rate', () => {
  for (const from of [8_000, 11_025, 16_000, 22_050, 44_100, 47_999, 88_200, 96_000, 192_000]) {
    const out = converted(tone(1_000, 0.5, from, from), from)
    assert.equal(out.length, TO, `${from}`)
    const middle = out.subarray(TO / 10, TO / 10 + 12_000)
    assert.ok(Math.abs(levelOf(1_000, middle, TO) - 0.5) < 0.001, `${from}`)
    const noise = noiseBelow(1_000, middle, TO)
    assert.ok(noise > 80, `${from}: ${noise.toFixed(1)} dB`)
  }
})

test('what no 48,000 samples a second can hold is taken away, not folded back', () => {
  const out = converted(tone(30_000, 0.5, 48_000, 96_000), 96_000)
  assert.ok(loudness(out.subarray(4_800, 19_200)) < 0.5 * 10 ** (-90 / 20))
})

test('the same rate passes unchanged', () => {
  const samples = tone(440, 0.9, 1_000, TO)
  assert.deepEqual(converted(samples, TO), samples)
})

test('no sound is no sound', () => {
  assert.equal(converted(new Float32Array(0), 8_000).length, 0)
  assert.deepEqual(converted(new Float32Array(3), 8_000), new Float32Array(18))
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import type { AudioDecoder } from './opus.ts'
import { playout, type Playout } from './playout.ts'

/** A decoder that says what it was asked: `5` for that frame, `5?` for its place recovered from the next, `?` for a guess. */
function tellTale(): AudioDecoder & { readonly told: string[] } {
  const told: string[] = []
  const tell = (text: string): Float32Array => {
    told.push(text)
    return new Float32Array(1)
  }
  return {
    told,
    decode: (packet) => (packet[0] === 255 ? undefined : tell(`${packet[0]}`)),
    recover: (next) => tell(`${next[0]! - 1}?`),
    conceal: () => tell('?'),
    free: () => {},
  }
}

const frame = (sequence: number): { sequence: number; opus: Uint8Array } => ({
  sequence,
  opus: Uint8Array.of(sequence % 250),
})

/** Pulls, and before each takes the frames that came: `'0 1|2'` is two pulls. */
function run(voice: Playout, arrivals: string): void {
  for (const came of arrivals.split('|')) {
    for (const sequence of came.split(' ')) if (sequence !== '') voice.take(frame(+sequence))
    voice.pull()
  }
}

test('frames are held for 60 ms, then played in their order, whatever order they came in', () => {
  const decoder = tellTale()
  const voice = playout(decoder)
  assert.equal(voice.pull(), undefined)
  run(voice, '11||10 12|13')
  assert.deepEqual(decoder.told, ['10'])
  run(voice, '15|14|16|17')
  assert.deepEqual(decoder.told, ['10', '11', '12', '13', '14'])
})

test('a lost frame is recovered from the next, two are guessed and recovered', () => {
  const decoder = tellTale()
  run(playout(decoder), '0|1|2|3|5|6|7|10|11|12|13|14')
  assert.deepEqual(decoder.told, ['0', '1', '2', '3', '4?', '5', '6', '7', '?'])
})

test('one that comes twice is played once, one that cannot be read is guessed', () => {
  const decoder = tellTale()
  const voice = playout(decoder)
  run(voice, '0|0 1|1|2 2')
  voice.take({ sequence: 3, opus: Uint8Array.of(255) })
  run(voice, '||')
  assert.deepEqual(decoder.told, ['0', '1', '2', '?'])
  assert.deepEqual(voice.counts, { played: 3, concealed: 1, late: 3, skipped: 0 })
})

test('whoever stops is guessed for 100 ms, then silent, and begins anew with the delay', () => {
  const decoder = tellTale()
  const voice = playout(decoder)
  run(voice, '0|1|2|3||||||||')
  assert.deepEqual(decoder.told, ['0', '1', '2', '3', '?', '?', '?', '?', '?'])
  assert.equal(voice.pull(), undefined)
  assert.equal(voice.sounds, false)
  run(voice, '50|51|52')
  assert.equal(decoder.told.length, 9)
  run(voice, '53')
  assert.equal(decoder.told.at(-1), '50')
})

test('a frame that comes too late makes the delay longer, and the frames after it whole', () => {
  const decoder = tellTale()
  const voice = playout(decoder)
  // from the fourth on everything comes 20 ms later than the delay allows
  run(voice, '0|1|2|||||3|4|5|6|7|8|9|10')
  assert.deepEqual(decoder.told, ['0', '1', '2', '?', '?', '4', '5', '6', '7', '8', '9', '10'])
  assert.equal(voice.counts.late, 1)
})

test('a long delay shrinks when there is no need for it', () => {
  const decoder = tellTale()
  const voice = playout(decoder)
  run(voice, '0|1|2|3|4|5|6|7 8 9 10 11 12')
  for (let sequence = 13; sequence < 900; sequence++) run(voice, `${sequence}`)
  assert.ok(voice.counts.skipped >= 4 && voice.counts.skipped <= 6, `${voice.counts.skipped}`)
  assert.equal(voice.counts.concealed, 0)
})

test('a delay that was long once is short again when nothing was late for a while', () => {
  const decoder = tellTale()
  const voice = playout(decoder)
  run(voice, '0|1|2|||||3 4 5 6 7')
  for (let sequence = 8; sequence < 1_000; sequence++) run(voice, `${sequence}`)
  assert.equal(voice.counts.late, 1)
  assert.equal(voice.counts.skipped, 1)
})

test('one frame from far ahead does not take the others with it', () => {
  const decoder = tellTale()
  run(playout(decoder), '0|1|2|3|1000000|4|5|6|7')
  assert.deepEqual(decoder.told, ['0', '1', '2', '3', '4', '5'])
})

test('a backlog is not played: who was away is heard as now', () => {
  const decoder = tellTale()
  const voice = playout(decoder)
  run(voice, '0|1|2|3')
  for (let sequence = 4; sequence < 100; sequence++) voice.take(frame(sequence))
  run(voice, '|')
  assert.ok(+decoder.told.at(-1)! > 75, decoder.told.join())
})

test('one who comes back and counts from 0 is heard; an old frame in the talk is not', () => {
  const decoder = tellTale()
  const voice = playout(decoder)
  run(voice, '1000|1001|1002|1003|100|1004|1005')
  assert.deepEqual(decoder.told, ['0', '1', '2', '3'])
  run(voice, '||||||||')
  run(voice, '0|1|2|3')
  assert.equal(decoder.told.at(-1), '0')
})

test('whatever comes, nothing is played twice or before its elders, and little is kept', () => {
  const anyRun = fc.array(fc.array(fc.oneof(fc.nat(40), fc.nat(0xffff_ffff)), { maxLength: 5 }), {
    maxLength: 200,
  })
  fc.assert(
    fc.property(anyRun, (pulls) => {
      const played: number[] = []
      const voice = playout({
        ...tellTale(),
        decode: (packet) => {
          played.push(packet[0]!)
          return new Float32Array(1)
        },
      })
      for (const sequences of pulls) {
        for (const sequence of sequences) {
          if (sequence < 250) voice.take(frame(sequence))
          else voice.take({ sequence, opus: Uint8Array.of(251) })
        }
        voice.pull()
      }
      const told = played.filter((one) => one !== 251)
      // a beginning anew is far away, and then there is one of those in between
      if (!played.includes(251))
        assert.deepEqual(
          told,
          [...new Set(told)].toSorted((a, b) => a - b),
        )
      const { counts } = voice
      assert.ok(counts.played <= pulls.flat().length)
    }),
  )
})

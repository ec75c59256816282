import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { encodeAudio, readAudio } from '@hufu/protocol/call'
import { openAudio, openRecorder, play, type AudioCounts } from './index.ts'
import { mixer, MOST_HEARD, softClipped } from './mixer.ts'
import { audioDecoder, FRAME_SAMPLES, SAMPLE_RATE } from './opus.ts'
import { standingClock } from './clock.testing.ts'
import { levelOf, loudness, tone } from './sound.testing.ts'
import { openWav } from './wav-reader.ts'
import { createWav } from './wav-writer.ts'

async function folder(t: TestContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'hufu-audio-'))
  t.after(() => rm(path, { recursive: true }))
  return path
}

const fail = (error: unknown): void => assert.fail(String(error))

/** Writes a sound of 48,000 samples a second. */
async function soundFile(path: string, samples: Float32Array): Promise<void> {
  const file = await createWav(path, fail)
  file.append(samples)
  await file.close()
}

async function payloadsOf(path: string): Promise<Uint8Array[]> {
  const source = await openAudio(path)
  const payloads: Uint8Array[] = []
  for (;;) {
    const payload = await source.next()
    if (payload === undefined) break
    payloads.push(payload)
  }
  await source.close()
  return payloads
}

async function samplesOf(path: string): Promise<Float32Array> {
  const wav = await openWav(path)
  const samples: number[] = []
  for (let piece = await wav.read(); piece !== undefined; piece = await wav.read())
    samples.push(...piece)
  await wav.close()
  return Float32Array.from(samples)
}

/** What a member of a call hears, and when: milliseconds from the beginning. */
interface Arrival {
  readonly at: number
  readonly from: number
  readonly payload: Uint8Array
}

async function recorded(
  path: string,
  arrivals: readonly Arrival[],
): Promise<{ readonly samples: Float32Array; readonly counts: AudioCounts }> {
  const clock = standingClock()
  const recorder = await openRecorder(path, clock, fail)
  recorder.start()
  for (const { at, from, payload } of arrivals.toSorted((a, b) => a.at - b.at)) {
    clock.advance(at - clock.now())
    recorder.hear(from, payload)
    // decoders for members who come are made in between
    await Promise.resolve()
  }
  const counts = (await recorder.close())!
  return { samples: await samplesOf(path), counts }
}

test('a tone is heard as loud as it was said, in spite of loss, disorder and repetition', async (t) => {
  const path = await folder(t)
  await soundFile(join(path, 'in.wav'), tone(440, 0.4, SAMPLE_RATE * 3, SAMPLE_RATE))
  const payloads = await payloadsOf(join(path, 'in.wav'))
  assert.equal(payloads.length, 151)
  const octets = payloads.reduce((sum, one) => sum + one.length, 0) / payloads.length
  assert.ok(octets > 40 && octets < 110, `${octets}`)
  const arrivals = payloads.flatMap((payload, at): Arrival[] => {
    const on = { at: at * 20 + ((at * 7) % 5) * 9, from: 3, payload }
    if (at % 10 === 4) return []
    return at % 10 === 7 ? [on, { ...on, at: on.at + 5 }] : [on]
  })
  const { samples, counts } = await recorded(join(path, 'out.wav'), arrivals)
  const middle = samples.subarray(SAMPLE_RATE, SAMPLE_RATE * 2)
  const level = loudness(middle) * Math.SQRT2
  assert.ok(Math.abs(20 * Math.log10(level / 0.4)) < 1, `level ${level}`)
  for (const other of [220, 330, 620, 880, 1_320])
    assert.ok(levelOf(440, middle, SAMPLE_RATE) > 10 * levelOf(other, middle, SAMPLE_RATE))
  // 60 ms of delay before it, and nothing lost at the end
  assert.ok(loudness(samples.subarray(0, FRAME_SAMPLES * 3)) < 0.01)
  assert.ok(counts.played >= 130 && counts.concealed <= 30, JSON.stringify(counts))
  assert.ok(counts.late >= 15)
  assert.ok(samples.length >= (151 + 3) * FRAME_SAMPLES - FRAME_SAMPLES, `${samples.length}`)
})

test('who speak at once are all heard, in one time, and not broken by their loudness', async (t) => {
  const path = await folder(t)
  const hertz = [300, 500, 700, 1_100]
  const arrivals: Arrival[] = []
  for (const [from, one] of hertz.entries()) {
    await soundFile(join(path, `${one}.wav`), tone(one, 0.5, SAMPLE_RATE, SAMPLE_RATE))
    const payloads = await payloadsOf(join(path, `${one}.wav`))
    payloads.forEach((payload, at) => arrivals.push({ at: 500 * from + at * 20, from, payload }))
  }
  const { samples } = await recorded(join(path, 'out.wav'), arrivals)
  const part = (begin: number): Float32Array =>
    samples.subarray(begin * SAMPLE_RATE, (begin + 0.2) * SAMPLE_RATE)
  const heard = (begin: number): number[] =>
    hertz.filter((one) => levelOf(one, part(begin), SAMPLE_RATE) > 0.2)
  assert.deepEqual(heard(0.2), [300])
  assert.deepEqual(heard(0.7), [300, 500])
  assert.deepEqual(heard(1.2), [500, 700])
  assert.deepEqual(heard(2.2), [1_100])
})

test('together they may be louder than can be written, and are bent, not cut off', async () => {
  const loud = {
    ...(await audioDecoder()),
    decode: () => new Float32Array(FRAME_SAMPLES).fill(0.6),
  }
  const voices = mixer(() => loud)
  const payload = encodeAudio({ sequence: 0, opus: Uint8Array.of(0x78) })
  for (const from of [1, 2, 3]) voices.hear(from, payload)
  for (let held = 0; held < 3; held++) assert.equal(loudness(voices.pull()), 0)
  assert.deepEqual(voices.pull(), new Float32Array(FRAME_SAMPLES).fill(softClipped(1.8)))
})

test('a recording has its silence, before, between and after', async (t) => {
  const path = join(await folder(t), 'out.wav')
  const clock = standingClock()
  const recorder = await openRecorder(path, clock, fail)
  clock.advance(5_000)
  recorder.start()
  clock.advance(1_990)
  recorder.start()
  await recorder.close()
  recorder.hear(1, encodeAudio({ sequence: 0, opus: Uint8Array.of(0x78) }))
  await recorder.close()
  const samples = await samplesOf(path)
  assert.equal(samples.length, 99 * FRAME_SAMPLES)
  assert.equal(loudness(samples), 0)
})

test('a recording that was never begun is not left behind', async (t) => {
  const path = join(await folder(t), 'out.wav')
  const recorder = await openRecorder(path, standingClock(), fail)
  assert.equal(await recorder.close(), undefined)
  await assert.rejects(readFile(path), { code: 'ENOENT' })
})

test('what lies between two calls is not in the recording of both', async (t) => {
  const path = join(await folder(t), 'out.wav')
  const clock = standingClock()
  const recorder = await openRecorder(path, clock, fail)
  recorder.start()
  clock.advance(1_000)
  recorder.pause()
  clock.advance(60_000)
  recorder.hear(1, encodeAudio({ sequence: 0, opus: Uint8Array.of(0x78) }))
  clock.advance(60_000)
  recorder.start()
  clock.advance(2_000)
  await recorder.close()
  assert.equal((await samplesOf(path)).length, 3 * SAMPLE_RATE)
})

test('a machine that slept for an hour does not fill its disk with that', async (t) => {
  const path = join(await folder(t), 'out.wav')
  const clock = standingClock()
  const recorder = await openRecorder(path, clock, fail)
  recorder.start()
  clock.advance(1_000)
  clock.sleep(3_600_000)
  clock.advance(1_000)
  await recorder.close()
  assert.equal((await samplesOf(path)).length, (1 + 10 + 1) * SAMPLE_RATE)
})

test('whatever is sent to a recorder, it goes on', async (t) => {
  const path = await folder(t)
  const garbage = (seed: number): Uint8Array => {
    let state = seed + 1
    const octets = new Uint8Array(seed % 1_400)
    octets.forEach((_, at) => {
      state = (state * 1_103_515_245 + 12_345) % 0x8000_0000
      octets[at] = state >> 16
    })
    return octets
  }
  const arrivals: Arrival[] = []
  for (let at = 0; at < 1_500; at++) {
    const opus = garbage(at)
    opus[0] = (at % 32) << 3
    arrivals.push({ at, from: at % 90, payload: garbage(at) })
    arrivals.push({ at, from: at % 3, payload: encodeAudio({ sequence: at, opus }) })
  }
  arrivals.push({ at: 1_500, from: 1, payload: new Uint8Array(1_000_000).fill(1) })
  const { samples, counts } = await recorded(join(path, 'out.wav'), arrivals)
  assert.ok(counts.unread > 1_000)
  assert.ok(samples.every((sample) => Number.isFinite(sample)))
})

test('more members than can be heard at once are counted, and heard when others are silent', async () => {
  const decoders = await Promise.all(Array.from({ length: MOST_HEARD + 1 }, () => audioDecoder()))
  const voices = mixer(() => decoders.pop())
  const payload = encodeAudio({ sequence: 0, opus: Uint8Array.of(0x78, 0xff, 0xfe) })
  for (let from = 0; from <= MOST_HEARD; from++) voices.hear(from, payload)
  assert.equal(voices.counts.crowded, 1)
  for (let pull = 0; pull < 120; pull++) voices.pull()
  assert.equal(voices.sounds, false)
  voices.hear(MOST_HEARD, payload)
  assert.equal(voices.counts.crowded, 1)
  assert.equal(voices.sounds, true)
  voices.close()
})

test('soft clipping changes nothing below the knee, never reaches 1, and has no step', () => {
  let before = -1
  for (let sample = -3; sample <= 3; sample += 1 / 64) {
    const out = softClipped(sample)
    assert.ok(out > before && Math.abs(out) < 1)
    assert.ok(sample === -3 || out - before < 1 / 60)
    if (Math.abs(sample) <= 0.7) assert.equal(out, sample)
    before = out
  }
})

test('a file is sent by the clock: late ones at once, after a long sleep from there on', async () => {
  const clock = standingClock()
  const sent: number[] = []
  let left = 60
  const source = {
    next: () => Promise.resolve(left-- > 0 ? Uint8Array.of(left) : undefined),
    close: () => Promise.resolve(),
  }
  const { signal } = new AbortController()
  const done = play(source, () => sent.push(clock.now()), clock, signal)
  const step = async (ms: number): Promise<void> => {
    clock.advance(ms)
    for (let turn = 0; turn < 100; turn++) await Promise.resolve()
  }
  await step(0)
  for (let at = 0; at < 10; at++) await step(20)
  assert.deepEqual(
    sent,
    Array.from({ length: 11 }, (_, at) => at * 20),
  )
  await step(100)
  assert.deepEqual(sent.slice(11), [300, 300, 300, 300, 300])
  await step(10_000)
  assert.deepEqual(sent.slice(16), [10_300, 10_300])
  for (let at = 0; at < 60; at++) await step(20)
  assert.deepEqual(sent.slice(17, 20), [10_300, 10_320, 10_340])
  assert.equal(await done, 60)
})

test('a sound that is closed has nothing more to say, even in the middle of a read', async (t) => {
  const path = join(await folder(t), 'in.wav')
  await soundFile(path, tone(440, 0.4, SAMPLE_RATE, SAMPLE_RATE))
  const source = await openAudio(path)
  assert.ok((await source.next()) !== undefined)
  for (let frame = 1; frame < 12; frame++) await source.next()
  const reading = source.next()
  await source.close()
  assert.equal(await reading, undefined)
  assert.equal(await source.next(), undefined)
  await source.close()
})

test('whoever stops playing sends nothing more', async () => {
  const clock = standingClock()
  const stop = new AbortController()
  let sent = 0
  const source = {
    next: () => Promise.resolve(Uint8Array.of(1)),
    close: () => Promise.resolve(),
  }
  const done = play(source, () => sent++, clock, stop.signal)
  for (let turn = 0; turn < 20; turn++) await Promise.resolve()
  stop.abort()
  assert.equal(await done, 1)
  clock.advance(1_000)
  assert.equal(sent, 1)
})

test('a file of another rate keeps its pitch and its length', async (t) => {
  const path = join(await folder(t), 'in.wav')
  const samples = Int16Array.from(tone(440, 0.4, 8_000, 8_000), (one) => one * 0x7fff)
  const head = Buffer.alloc(44)
  head.write('RIFF\0\0\0\0WAVEfmt ', 'latin1')
  head.writeUInt32LE(16, 16)
  head.writeUInt16LE(1, 20)
  head.writeUInt16LE(1, 22)
  head.writeUInt32LE(8_000, 24)
  head.writeUInt16LE(2, 32)
  head.writeUInt16LE(16, 34)
  head.write('data\xff\xff\xff\xff', 36, 'latin1')
  await writeFile(path, Buffer.concat([head, Buffer.from(samples.buffer)]))
  const payloads = await payloadsOf(path)
  assert.equal(payloads.length, 51)
  const decoder = await audioDecoder()
  const heard = payloads.flatMap((one) => [...decoder.decode(readAudio(one)!.opus)!])
  const middle = Float32Array.from(heard).subarray(12_000, 36_000)
  assert.ok(Math.abs(20 * Math.log10(levelOf(440, middle, SAMPLE_RATE) / 0.4)) < 1)
})

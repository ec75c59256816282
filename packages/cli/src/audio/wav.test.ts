import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import * as fc from 'fast-check'
import { tone } from './sound.testing.ts'
import { openWav } from './wav-reader.ts'
import { createWav, wavHeader, wavWriter } from './wav-writer.ts'

async function folder(t: TestContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'hufu-wav-'))
  t.after(() => rm(path, { recursive: true }))
  return path
}

/** All samples of a file. */
async function samplesOf(path: string): Promise<{ rate: number; samples: number[] }> {
  const wav = await openWav(path)
  const samples: number[] = []
  for (;;) {
    const piece = await wav.read()
    if (piece === undefined) break
    assert.ok(piece.length <= Math.ceil(wav.rate / 4))
    samples.push(...piece)
  }
  await wav.close()
  return { rate: wav.rate, samples }
}

function chunk(name: string, body: Uint8Array, length = body.length): Buffer {
  const head = Buffer.alloc(8)
  head.write(name, 'latin1')
  head.writeUInt32LE(length, 4)
  return Buffer.concat([head, body, Buffer.alloc(body.length % 2)])
}

interface Format {
  readonly code?: number
  readonly channels?: number
  readonly rate?: number
  readonly bits: number
  readonly more?: Uint8Array
}

function format({ code = 1, channels = 1, rate = 8_000, bits, more }: Format): Buffer {
  const body = Buffer.alloc(16)
  body.writeUInt16LE(code, 0)
  body.writeUInt16LE(channels, 2)
  body.writeUInt32LE(rate, 4)
  body.writeUInt32LE((rate * channels * bits) / 8, 8)
  body.writeUInt16LE((channels * bits) / 8, 12)
  body.writeUInt16LE(bits, 14)
  return chunk('fmt ', Buffer.concat([body, more ?? Buffer.alloc(0)]))
}

function riff(...chunks: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat([Buffer.from('WAVE'), ...chunks])
  return chunk('RIFF', body)
}

test('every kind of sample is read, and two channels become their mean', async (t) => {
  const path = join(await folder(t), 'a.wav')
  const float = (...values: number[]): Buffer => Buffer.from(Float32Array.from(values).buffer)
  const double = (...values: number[]): Buffer => Buffer.from(Float64Array.from(values).buffer)
  const guid = Buffer.concat([Buffer.alloc(8), Buffer.of(1, 0), Buffer.alloc(14)])
  const cases: readonly (readonly [Format, Buffer, number[]])[] = [
    [{ bits: 8 }, Buffer.of(0, 128, 192), [-1, 0, 0.5]],
    [{ bits: 16 }, Buffer.of(0, 0x80, 0, 0, 0, 0x40), [-1, 0, 0.5]],
    [{ bits: 24 }, Buffer.of(0, 0, 0x80, 0, 0, 0, 0, 0, 0x40), [-1, 0, 0.5]],
    [{ bits: 32 }, Buffer.of(0, 0, 0, 0x80, 0, 0, 0, 0x40), [-1, 0.5]],
    [{ code: 3, bits: 32 }, float(-0.25, NaN, 7, -Infinity), [-0.25, 0, 1, -1]],
    [{ code: 3, bits: 64 }, double(-0.25, 0.5), [-0.25, 0.5]],
    [{ channels: 2, bits: 16 }, Buffer.of(0, 0x40, 0, 0, 0, 0x40, 0, 0x40), [0.25, 0.5]],
    [{ code: 0xfffe, bits: 16, more: guid }, Buffer.of(0, 0x40), [0.5]],
  ]
  for (const [kind, data, samples] of cases) {
    await writeFile(
      path,
      riff(format(kind), chunk('LIST', Buffer.of(1, 2, 3)), chunk('data', data)),
    )
    assert.deepEqual(await samplesOf(path), { rate: 8_000, samples }, JSON.stringify(kind))
  }
})

test('a file that was cut short, or whose length nobody wrote, gives what is there', async (t) => {
  const path = join(await folder(t), 'a.wav')
  const data = Buffer.of(0, 0x40, 0, 0x40, 9)
  for (const length of [0, 0xffff_ffff, 1_000_000]) {
    await writeFile(path, riff(format({ bits: 16 }), chunk('data', data, length)).subarray(0, -1))
    assert.deepEqual((await samplesOf(path)).samples, [0.5, 0.5], `${length}`)
  }
})

test('what follows the sound is not sound', async (t) => {
  const path = join(await folder(t), 'a.wav')
  const data = Buffer.of(0, 0x40)
  await writeFile(path, riff(format({ bits: 16 }), chunk('data', data), chunk('LIST', data)))
  assert.deepEqual((await samplesOf(path)).samples, [0.5])
})

test('what is no sound, or of a kind that is not read, says so', async (t) => {
  const path = join(await folder(t), 'a.wav')
  const data = chunk('data', Buffer.alloc(8))
  const contradiction = format({ bits: 16 })
  contradiction.writeUInt16LE(3, 20)
  const bad: readonly (readonly [string, Buffer])[] = [
    ['it is no WAV file', Buffer.from('fLaC, which this is not either')],
    ['it is no WAV file', Buffer.alloc(0)],
    ['there is no sound in it', riff(format({ bits: 16 }))],
    ['its format does not come first', riff(data)],
    ['it is compressed (format 85)', riff(format({ code: 85, bits: 16 }), data)],
    ['its samples have 12 bits', riff(format({ bits: 12 }), data)],
    ['it has 6 channels', riff(format({ channels: 6, bits: 16 }), data)],
    ['3000 samples a second', riff(format({ rate: 3_000, bits: 16 }), data)],
    ['its format contradicts itself', riff(contradiction, data)],
    ['its format is cut short', riff(chunk('fmt ', Buffer.alloc(4)), data)],
    ['its format is too long', riff(chunk('fmt ', Buffer.alloc(0), 0xffff_ffff), data)],
    ['there is too much else in it', riff(chunk('PICT', Buffer.alloc(0), 0xffff_ffff), data)],
  ]
  for (const [reason, octets] of bad) {
    await writeFile(path, octets)
    await assert.rejects(openWav(path), { code: 'ERR_AUDIO_FORMAT', message: `${path}: ${reason}` })
  }
  await assert.rejects(openWav(join(path, 'b')), { code: 'ERR_FILE_READ' })
  await assert.rejects(openWav(`${path}.none`), { message: /there is no such file/ })
})

test('any octets are sound or ERR_AUDIO_FORMAT', async (t) => {
  const path = join(await folder(t), 'a.wav')
  const whole = riff(format({ bits: 16 }), chunk('data', Buffer.alloc(40)))
  const altered = fc.tuple(fc.nat(whole.length - 1), fc.nat(255), fc.nat(whole.length))
  await fc.assert(
    fc.asyncProperty(altered, async ([at, value, length]) => {
      const octets = Buffer.from(whole.subarray(0, length))
      if (at < length) octets[at] = value
      await writeFile(path, octets)
      try {
        await samplesOf(path)
      } catch (error) {
        assert.equal((error as { code?: string }).code, 'ERR_AUDIO_FORMAT')
      }
    }),
    { numRuns: 200 },
  )
})

test('a recording can be read while it grows and after, and replaces nothing', async (t) => {
  const path = join(await folder(t), 'out.wav')
  const fail = (error: unknown): void => assert.fail(String(error))
  const writer = await createWav(path, fail)
  const sound = tone(440, 0.5, 48_000 + 500, 48_000)
  writer.append(sound)
  await until(async () => (await readFile(path)).length > 80 + 90_000)
  assert.equal((await samplesOf(path)).samples.length, 48_000)
  await writer.close()
  const { rate, samples } = await samplesOf(path)
  assert.equal(rate, 48_000)
  assert.equal(samples.length, sound.length)
  assert.ok(samples.every((sample, at) => Math.abs(sample - sound[at]!) < 1 / 20_000))
  await assert.rejects(createWav(path, fail), {
    code: 'ERR_FILE_WRITE',
    message: /is there already/,
  })
})

test('a recording that cannot be written says so once, and again at its end', async (t) => {
  await assert.rejects(
    createWav(join(await folder(t), 'none', 'out.wav'), () => {}),
    { code: 'ERR_FILE_WRITE' },
  )
  const failures: string[] = []
  const full = Object.assign(new Error('full'), { code: 'ENOSPC' })
  const file = { writev: () => Promise.reject(full), close: () => Promise.resolve() }
  const writer = wavWriter(file, 'out.wav', ({ message }) => failures.push(message))
  for (let second = 0; second < 10; second++) writer.append(new Float32Array(48_000))
  await assert.rejects(writer.close(), { code: 'ERR_FILE_WRITE' })
  assert.deepEqual(failures, ['out.wav: the disk is full'])
})

test('a disk that does not keep up for a minute ends the recording', async () => {
  const failures: string[] = []
  const slow = Promise.withResolvers<never>()
  const file = { writev: () => slow.promise, close: () => Promise.resolve() }
  const writer = wavWriter(file, 'out.wav', ({ message }) => failures.push(message))
  await new Promise((resolve) => setImmediate(resolve))
  for (let second = 0; second < 59; second++) writer.append(new Float32Array(48_000))
  assert.deepEqual(failures, [])
  writer.append(new Float32Array(48_000))
  assert.match(failures.join(), /does not keep up/)
  slow.reject(new Error('late'))
  await assert.rejects(writer.close(), { message: /does not keep up/ })
})

test('beyond 4 GiB the header is of RF64', async (t) => {
  const path = join(await folder(t), 'a.wav')
  const octets = 5 * 2 ** 30
  const header = wavHeader(octets)
  assert.equal(Buffer.from(header).toString('latin1', 0, 4), 'RF64')
  assert.equal(Buffer.from(header).readBigUInt64LE(28), BigInt(octets))
  await writeFile(path, Buffer.concat([header, Buffer.of(0, 0x40)]))
  assert.deepEqual((await samplesOf(path)).samples, [0.5])
  const short = Buffer.from(wavHeader(2 ** 32 - 1 - 80))
  assert.equal(short.toString('latin1', 0, 4), 'RIFF')
})

/** Looks again until it is so. */
async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setImmediate(resolve))
}

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decodeCbor, encodeCbor, splitFrames, type Value } from '@hufu/protocol/wire'
import { fuzz, fuzzSeed, type Target } from './fuzz/run.ts'
import { TARGETS } from './fuzz/targets.ts'

/** What fuzz.long.ts does with ten million inputs. */
const INPUTS = 20_000

const seed = fuzzSeed()
const cbor = TARGETS.find(({ name }) => name === 'CBOR')!

for (const target of TARGETS)
  test(`any octets: ${target.name}`, async (t) => {
    t.diagnostic(`HUFU_SEED=${seed}`)
    const tally = await fuzz(target, Math.max(60, (INPUTS * target.share) / 1_000), seed)
    assert.ok(tally.accepted > 0 && tally.refused > 0, JSON.stringify(tally))
  })

test('the shares of all decoders make a whole', () => {
  assert.equal(
    TARGETS.reduce((sum, { share }) => sum + share, 0),
    1_000,
  )
})

/** Decoders that are wrong. A fuzz that finds none of them finds nothing. */
const PLANTED: readonly (Target & { readonly finds: RegExp })[] = [
  {
    ...cbor,
    name: 'a head that is not the shortest',
    finds: /another form/,
    feed(input) {
      const short = withoutLongHead(input)
      const read = decodeCbor(short)
      if (read.ok) assert.equal(Buffer.compare(encodeCbor(read.value), input), 0, 'another form')
      return read.ok
    },
  },
  {
    ...cbor,
    name: 'octets after the end',
    finds: /another form/,
    feed(input) {
      const read = [0, 1].map((cut) => decodeCbor(input.subarray(0, input.length - cut)))
      const good = read.find(({ ok }) => ok)
      const value: Value = good?.ok === true ? good.value : null
      if (good !== undefined)
        assert.equal(Buffer.compare(encodeCbor(value), input), 0, 'another form')
      return good !== undefined
    },
  },
  {
    ...TARGETS.find(({ name }) => name === 'frames')!,
    name: 'a length that is believed',
    finds: /RangeError|Offset|bounds/,
    feed(input) {
      const view = new DataView(input.buffer, input.byteOffset, input.length)
      view.getUint8(view.getUint16(2))
      return splitFrames(input, 1_000).ok
    },
  },
  {
    ...cbor,
    name: 'a decoder that keeps what it reads',
    finds: /octets more/,
    feed: (input) => kept.push(new Uint8Array(input.length + 1_024)) > 0,
  },
]
const kept: Uint8Array[] = []

for (const { finds, ...target } of PLANTED)
  test(`a planted fault is found: ${target.name}`, async () => {
    await assert.rejects(
      () => fuzz(target, 20_000, seed),
      (error: Error) => finds.test(`${error.message} ${String(error.cause)}`),
    )
  })

test('the same seed makes the same inputs', async () => {
  const inputsOf = async (each: number): Promise<string> => {
    const inputs: string[] = []
    const feed = (input: Uint8Array): boolean => inputs.push(Buffer.from(input).toString('hex')) > 0
    await fuzz({ ...cbor, feed }, 200, each)
    return inputs.join()
  }
  const first = await inputsOf(1)
  assert.equal(await inputsOf(1), first)
  assert.notEqual(await inputsOf(2), first)
})

/** The first head in one octet that is written in two, written in one: what a lax reader would not mind. */
function withoutLongHead(input: Uint8Array): Uint8Array {
  const octets = Array.from(input)
  if (octets[0] === 0x18 && octets[1]! < 24) octets.splice(0, 2, octets[1]!)
  return Uint8Array.from(octets)
}

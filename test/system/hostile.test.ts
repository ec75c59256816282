import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import fc from 'fast-check'
import { random } from '@hufu/protocol/crypto'
import { drawWords, parseCode } from '@hufu/protocol/pair'
import { ERRORS, HufuError, type ErrorCode } from '@hufu/protocol/wire'
import { openWebSocket, pair, type OpenSocket, type PairOptions, type Talk } from '@hufu/terminal'
import { fastClock, hostileSocket, type Mischief } from '../support/hostile.ts'
import { serve, type Served } from '../support/serve.ts'

/*
 * A relay that does one thing wrong at one place, over real sockets and a real server: whatever it does, each end gets a
 * right result or an error of the table, and what arrives is a beginning of what was said. The thousands of runs of the
 * same property are on the pure machines (packages/protocol); here it is shown that nothing is lost between them and
 * the sockets.
 */

const LINES = ['one', 'two', 'three', 'four', 'five']

type Result =
  | { readonly stood: true; readonly words: readonly string[]; readonly heard: readonly string[] }
  | { readonly stood: false; readonly code: ErrorCode }

let server: Served
before(async () => {
  server = await serve({
    HUFU_GUESSES_PER_SOURCE: '100000',
    HUFU_SLOTS_PER_SOURCE: '100000',
    HUFU_CONNECTIONS_PER_SOURCE: '10000',
    HUFU_PAIR_ANSWER_MS: '1500',
    HUFU_PAIR_CONFIRM_MS: '750',
    HUFU_PAIR_ANSWER_STEP_MS: '10',
  })
})
after(() => server.stop())

async function end(options: Omit<PairOptions, 'server'>): Promise<Result> {
  let talk: Talk
  try {
    talk = await pair({ ...options, server: server.origin, awayMs: 20_000 })
  } catch (error) {
    assert(error instanceof HufuError)
    return { stood: false, code: error.code }
  }
  const heard: string[] = []
  const saying = (async () => {
    for (const line of LINES) await talk.say(line)
    await talk.leave()
  })().catch((error: unknown) => assert(error instanceof HufuError))
  for await (const event of talk.events()) {
    if (event.type === 'text') heard.push(event.text)
    if (event.type === 'closed') assert(event.code === undefined || event.code in ERRORS)
  }
  await saying
  return { stood: true, words: talk.words, heard }
}

/** One pairing in which `opener` and `joiner` have sockets of their own. */
async function pairing(opener: OpenSocket, joiner: OpenSocket): Promise<readonly Result[]> {
  const clock = fastClock(20)
  const code = Promise.withResolvers<string>()
  const giveUp = new AbortController()
  const first = end({
    via: { by: 'open', words: drawWords(random) },
    ports: { clock, openSocket: opener },
    signal: giveUp.signal,
    on: (event) => {
      if (event.type === 'code') code.resolve(event.code)
    },
  })
  void first.then(() => code.resolve(''))
  // The number of a slot that never came is waited for as long as a person would.
  const timer = setTimeout(() => giveUp.abort(), 2_500)
  const parsed = parseCode(await code.promise)
  if (!parsed.ok) return [await first]
  const second = end({
    via: { by: 'join', code: parsed.value },
    ports: { clock, openSocket: joiner },
    signal: giveUp.signal,
  })
  const results = await Promise.all([first, second])
  clearTimeout(timer)
  return results
}

const mischief: fc.Arbitrary<Mischief> = fc.oneof(
  fc.constant({ do: 'drop' } as const),
  fc.constant({ do: 'repeat' } as const),
  fc.constant({ do: 'swap' } as const),
  fc.record({ do: fc.constant('delay' as const), ms: fc.integer({ min: 1, max: 150 }) }),
  fc.record({
    do: fc.constant('truncate' as const),
    to: fc.double({ min: 0, max: 0.99, noNaN: true }),
  }),
  fc.record({
    do: fc.constant('flip' as const),
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    bit: fc.nat(7),
  }),
  fc.record({
    do: fc.constant('invent' as const),
    octets: fc.uint8Array({ minLength: 1, maxLength: 80 }),
  }),
)

test('a relay that misbehaves at any one place achieves an error, never a wrong text or key', async () => {
  let met = 0
  let stood = 0
  const property = fc.asyncProperty(
    fc.constantFrom('up' as const, 'down' as const),
    fc.constantFrom('opener', 'joiner'),
    fc.nat(12),
    mischief,
    async (direction, at, position, bad) => {
      const hostile = hostileSocket(direction, position, bad, () => (met += 1))
      const results = await (at === 'opener'
        ? pairing(hostile, openWebSocket)
        : pairing(openWebSocket, hostile))
      const standing = results.filter((result) => result.stood)
      for (const { heard } of standing) assert.deepEqual(heard, LINES.slice(0, heard.length))
      if (standing.length === 2) assert.deepEqual(standing[0]!.words, standing[1]!.words)
      stood += standing.length
    },
  )
  // Eight at a time: most of a run is waiting for deadlines.
  await Promise.all(
    Array.from({ length: 8 }, (_, n) => fc.assert(property, { numRuns: 8, seed: 4_680 + n })),
  )
  assert.ok(met > 30, `mischief was met with ${met} times`)
  assert.ok(stood > 0, 'some sessions stood all the same')
})

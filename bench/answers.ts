import { random } from '@hufu/protocol/crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { openProber, SPANS, type Prober, type Spans } from './answers/prober.ts'
import { distinguishable, ksCritical, ksDistance } from './answers/statistics.ts'
import { startSlots, type Slots } from './answers/slots.ts'
import type { Benchmark } from './harness/benchmark.ts'
import { alone, shown, type Figure } from './harness/figures.ts'
import { startHufuServer } from './harness/hufu.ts'

/** Attempts of each kind. */
const ATTEMPTS = 300
/** Attempts under way at a time, of whatever kind. */
const AT_A_TIME = 12
/** What the planted kind is held up by, in milliseconds: the test must see it. */
const PLANTED_MS = 5
/** Chance of a false alarm, over all comparisons together. */
const ALPHA = 0.01

/** A slot whose opener is there, but the words are wrong; and all that must look like it. */
const REAL = 'wrong words'
const KINDS = [REAL, 'unknown', 'burned', 'busy', 'planted'] as const
type Kind = (typeof KINDS)[number]
const ALIKE = ['unknown', 'burned', 'busy'] as const

/** Whether somebody who times answers can tell a slot that is open from one that is not. */
export const answers: Benchmark = {
  name: 'answers',
  about: `An attacker who does not know the words requests at slots that are open, unknown, burned and busy, sends a made-up confirmation, and measures how long everything takes: request to acknowledgement, request to answer, confirmation to verdict, confirmation to end. Kinds take turns at random. Each kind is compared with the open slot by the two-sample Kolmogorov–Smirnov distance; its critical value is for a chance of ${ALPHA} of one false alarm in all comparisons. A kind that is held up by ${PLANTED_MS} ms on purpose must be detected by the same test.`,
  packages: [],
  limitMs: 400_000,
  run: async (scope, say) => {
    const most = '1000000'
    const { url } = await startHufuServer(scope, [
      '--log',
      'error',
      ...['guesses-per-source', 'slots-per-source', 'control-per-second', 'control-burst'].flatMap(
        (name) => [`--${name}`, most],
      ),
    ])
    const samples = await sample(url, say)
    const alpha = ALPHA / (ALIKE.length * SPANS.length)
    const critical = ksCritical(alpha, ATTEMPTS, ATTEMPTS)
    const figures: Figure[] = SPANS.flatMap((span) => {
      const of = (kind: Kind): number[] => samples[kind].map((each) => each[span])
      const row = (kind: Kind, other: Kind, expected: 'alike' | 'told apart'): Figure => {
        const distance = ksDistance(of(kind), of(other))
        const met = distance > critical === (expected === 'told apart')
        const text = `${expected}: distance ${expected === 'alike' ? 'at most' : 'above'} ${shown(critical)}`
        return alone(`${span}: ${kind} beside ${other}`, 'distance', [distance], { text, met })
      }
      return [
        ...ALIKE.map((kind) => row(kind, REAL, 'alike')),
        row('planted', 'unknown', 'told apart'),
      ]
    })
    const notes = SPANS.flatMap((span) =>
      KINDS.map(
        (kind) => `${span}, ${kind}: ${quantiles(samples[kind].map((each) => each[span]))}`,
      ),
    )
    const sizes = KINDS.map((kind) => new Set(samples[kind].map(({ octets }) => octets)))
    const allSizes = new Set(sizes.flatMap((set) => [...set]))
    return {
      figures: [
        ...figures,
        alone('different sizes of answers', 'sizes', [allSizes.size], {
          text: 'one size',
          met: allSizes.size === 1,
        }),
        alone(`least shift that the test sees, of request to answer`, 'ms', [
          distinguishable(
            samples[REAL].map((each) => each['request to answer']),
            critical,
          ),
        ]),
      ],
      notes: [`${ATTEMPTS} attempts of each kind; milliseconds at 5, 25, 50, 75, 95 %:`, ...notes],
    }
  },
}

async function sample(
  url: string,
  say: (text: string) => void,
): Promise<Readonly<Record<Kind, readonly Spans[]>>> {
  const found: Record<Kind, Spans[]> = {
    [REAL]: [],
    unknown: [],
    burned: [],
    busy: [],
    planted: [],
  }
  const turns = shuffled(KINDS.flatMap((kind) => Array.from({ length: ATTEMPTS }, () => kind)))
  const slots = startSlots(url)
  let done = 0
  const worker = async (): Promise<void> => {
    const mine = await openProber(url)
    const other = await openProber(url)
    for (let kind = turns.pop(); kind !== undefined; kind = turns.pop()) {
      found[kind].push(await one(kind, slots, mine, other))
      done += 1
      if (done % 250 === 0) say(`${done} of ${KINDS.length * ATTEMPTS}`)
    }
    mine.close()
    other.close()
  }
  try {
    await Promise.all(Array.from({ length: AT_A_TIME }, worker))
  } finally {
    await slots.end()
  }
  return found
}

async function one(kind: Kind, slots: Slots, mine: Prober, other: Prober): Promise<Spans> {
  // Every kind opens a slot, sees one attempt end and another begin, so that nothing before the measurement tells them
  // apart either: only where.
  const slot = await slots.open()
  try {
    await other.attempt(kind === 'burned' ? slot.number : unknownBeside(slot.number))
    await other.hold(kind === 'busy' ? slot.number : unknownBeside(slot.number))
    await pause(20 + (random(1)[0]! % 64))
    const at = kind === 'unknown' || kind === 'planted' ? unknownBeside(slot.number) : slot.number
    return await mine.attempt(at, kind === 'planted' ? PLANTED_MS : 0)
  } finally {
    other.letGo()
    slot.close()
  }
}

/** A number of as many digits that is not open: of those it hits one at most once in a thousand. */
function unknownBeside(number: string): string {
  const digits = Array.from(random(number.length), (octet) => octet % 10)
  return `${1 + (digits[0]! % 9)}${digits.slice(1).join('')}`
}

function shuffled<T>(items: T[]): T[] {
  return items
    .map((item) => ({ item, at: Math.random() }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ item }) => item)
}

function quantiles(values: readonly number[]): string {
  const sorted = values.toSorted((a, b) => a - b)
  return [0.05, 0.25, 0.5, 0.75, 0.95]
    .map((share) => sorted[Math.floor(share * (sorted.length - 1))]!.toFixed(1))
    .join(', ')
}

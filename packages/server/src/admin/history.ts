import { after } from '@hufu/protocol/wire'
import type { Clock, UnixMs } from '../clock.ts'

/** What is charted. */
export const SERIES = {
  connections: 'Connections, at that moment.',
  sessions: 'Sessions that somebody is in, at that moment.',
  pairings: 'Pairings that stood, since the one before.',
  failures: 'Pairings and connections that failed, since the one before.',
  frames: 'Data frames delivered, since the one before.',
  octets: 'Octets in them.',
  loopMs:
    'Milliseconds by which the process was late for what fell due: of a hundred times the second longest.',
  writeMs: 'Milliseconds until a durable write stood: of a hundred times the second longest.',
  answerP50Ms:
    'Milliseconds from a request to pair to its answer, where a terminal answers by itself: of two the shorter. 0: there was none.',
  answerP99Ms: 'The same: of a hundred the second longest.',
  verdictP50Ms:
    'Milliseconds from that answer to the verdict, for pairings that stood: of two the shorter. 0: there was none.',
  verdictP99Ms: 'The same: of a hundred the second longest.',
} as const

export type SeriesName = keyof typeof SERIES
/** One point of each series. */
export type Sample = { readonly [N in SeriesName]: number } & {
  /** What `failures` is made of, by code. */
  readonly failed: Readonly<Record<string, number>>
}

/** Points of the recent past, in memory only. */
export interface History {
  /** At most so many, the oldest first, and when the last was taken. */
  chart(span: Span): Chart
  stop(): void
}

export interface Chart {
  readonly stepMs: number
  /** When the last point was taken. */
  readonly end: UnixMs
  readonly points: readonly Sample[]
}

/** `minutes`: five of them, by the second. `day`: 24 hours, by the minute. Both are our choice. */
export const SPANS = {
  minutes: { stepMs: 1_000, points: 300 },
  day: { stepMs: 60_000, points: 1_440 },
} as const
export type Span = keyof typeof SPANS

/** Takes a sample a second. `sample` gives what is now, and what was since it was last asked. */
export function historyOf(clock: Clock, sample: () => Sample): History {
  const seconds: Sample[] = []
  const minutes: Sample[] = []
  const ends = { minutes: clock.wall(), day: clock.wall() }
  let minute: Sample[] = []
  let cancel: () => void
  const take = (): void => {
    const one = sample()
    push(seconds, one, SPANS.minutes.points)
    ends.minutes = clock.wall()
    minute.push(one)
    if (minute.length < SPANS.day.stepMs / SPANS.minutes.stepMs) return
    push(minutes, together(minute), SPANS.day.points)
    ends.day = clock.wall()
    minute = []
  }
  const later = (): void => {
    cancel = clock.wake(after(clock.now(), SPANS.minutes.stepMs), () => {
      later()
      take()
    })
  }
  later()
  return {
    chart: (span) => ({
      stepMs: SPANS[span].stepMs,
      end: ends[span],
      points: span === 'minutes' ? [...seconds] : [...minutes],
    }),
    stop: () => cancel(),
  }
}

function push(points: Sample[], point: Sample, most: number): void {
  points.push(point)
  if (points.length > most) points.shift()
}

/** How points of a series become one. */
const TOGETHER: { readonly [N in SeriesName]: (values: readonly number[]) => number } = {
  connections: last,
  sessions: last,
  pairings: sum,
  failures: sum,
  frames: sum,
  octets: sum,
  loopMs: largest,
  writeMs: largest,
  answerP50Ms: middle,
  answerP99Ms: largest,
  verdictP50Ms: middle,
  verdictP99Ms: largest,
}

function together(points: readonly Sample[]): Sample {
  const names = Object.keys(SERIES) as SeriesName[]
  const series = names.map((name) => [name, TOGETHER[name](points.map((point) => point[name]))])
  const failed: Record<string, number> = {}
  for (const point of points)
    for (const [code, count] of Object.entries(point.failed))
      failed[code] = (failed[code] ?? 0) + count
  return { ...(Object.fromEntries(series) as Sample), failed }
}

function last(values: readonly number[]): number {
  return values.at(-1) ?? 0
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}

/** Of those that there were. */
function middle(values: readonly number[]): number {
  const there = values.filter((value) => value > 0).toSorted((a, b) => a - b)
  return there[Math.floor((there.length - 1) / 2)] ?? 0
}

function largest(values: readonly number[]): number {
  return Math.max(0, ...values)
}

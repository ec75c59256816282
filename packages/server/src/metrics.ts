import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client'
import type { ErrorCode } from '@hufu/protocol/wire'
import type { PairingTimes } from './ceremonies/pair/ports.ts'
import type { CallCounts, RelayCounts } from './counts.ts'

/** What the server counts for its operator. Labels are codes of the closed table: nothing of a user's. */
export interface Metrics {
  readonly relay: RelayCounts
  readonly calls: CallCounts
  /** A connection ended with this code; `greeting`: before it was open. */
  ended(code: ErrorCode, greeting: boolean): void
  pairing(outcome: 'stood' | ErrorCode, times?: PairingTimes): void
  throttled(): void
  /** The same in numbers. */
  counts(): Counts
  /** All of it in Prometheus' text format. */
  page(): Promise<{ readonly type: string; readonly text: string }>
}

/** Totals since the start, by code where there are some. */
export interface Counts {
  readonly pairings: Readonly<Record<string, number>>
  readonly hellos: Readonly<Record<string, number>>
  readonly ends: Readonly<Record<string, number>>
  readonly throttled: number
  readonly frames: number
  readonly octets: number
}

/** Seconds: answers leave at whole quarters, verdicts as soon as both ends are done. */
const PAIRING_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 0.75, 1, 2, 5, 10, 30, 60]

/** What is now; asked when somebody looks. */
export interface Now {
  connections(): number
  sessions(): number
  /** As the tables have it: of all nodes. Left out where there are no calls. */
  calls?(): Promise<{ readonly calls: number; readonly members: number; readonly rings: number }>
}

/** Metrics. */
export function metricsOf(now: Now): Metrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const registers = [registry]
  const relay = { frames: 0, octets: 0, dropped: 0, media: 0 }
  const totals = {
    pairings: new Map<string, number>(),
    hellos: new Map<string, number>(),
    ends: new Map<string, number>(),
    throttled: 0,
  }
  const hellos = new Counter({
    name: 'hufu_hello_failures_total',
    help: 'Connections that ended before they were open, by code.',
    labelNames: ['code'],
    registers,
  })
  const ends = new Counter({
    name: 'hufu_connections_ended_total',
    help: 'Open connections that the server ended, by code.',
    labelNames: ['code'],
    registers,
  })
  const pairings = new Counter({
    name: 'hufu_pairings_total',
    help: 'Attempts to pair, by outcome.',
    labelNames: ['outcome'],
    registers,
  })
  const took = new Histogram({
    name: 'hufu_pairing_seconds',
    help: 'Pairings that stood: from the request to the answer, and from there to the verdict. Those by name are not counted: a person answers.',
    labelNames: ['part'],
    buckets: PAIRING_SECONDS,
    registers,
  })
  const throttled = new Counter({
    name: 'hufu_pairings_throttled_total',
    help: 'Requests to pair that were refused for too many guesses.',
    registers,
  })
  gauge(registry, 'hufu_connections', 'Connections now.', now.connections)
  gauge(registry, 'hufu_sessions', 'Sessions that somebody is in now.', now.sessions)
  count(registry, 'hufu_relay_frames_total', 'Data frames delivered.', () => relay.frames)
  count(registry, 'hufu_relay_octets_total', 'Octets in them.', () => relay.octets)
  count(
    registry,
    'hufu_relay_dropped_total',
    'Frames of media that were late, too large or too many.',
    () => relay.dropped,
  )
  count(registry, 'hufu_call_frames_total', 'Frames of media delivered.', () => relay.media)
  return {
    relay,
    calls: callMetrics(registry, now),
    ended(code, greeting) {
      add(greeting ? totals.hellos : totals.ends, code)
      ;(greeting ? hellos : ends).inc({ code })
    },
    pairing(outcome, times) {
      add(totals.pairings, outcome)
      pairings.inc({ outcome })
      if (times === undefined) return
      took.observe({ part: 'answer' }, times.answerMs / 1_000)
      took.observe({ part: 'verdict' }, times.verdictMs / 1_000)
    },
    throttled() {
      totals.throttled += 1
      throttled.inc()
    },
    counts: () => ({
      pairings: Object.fromEntries(totals.pairings),
      hellos: Object.fromEntries(totals.hellos),
      ends: Object.fromEntries(totals.ends),
      throttled: totals.throttled,
      frames: relay.frames,
      octets: relay.octets,
    }),
    page: async () => ({ type: registry.contentType, text: await registry.metrics() }),
  }
}

function callMetrics(registry: Registry, now: Now): CallCounts {
  const registers = [registry]
  const calls: CallCounts & { placed: number } = {
    placed: 0,
    ended: (code) => ended.inc({ code }),
    rung: (outcome) => rings.inc({ outcome }),
  }
  const ended = new Counter({
    name: 'hufu_calls_ended_total',
    help: 'Calls that are over, by code.',
    labelNames: ['code'],
    registers,
  })
  const rings = new Counter({
    name: 'hufu_call_rings_ended_total',
    help: 'Users who are rung no longer: answered, or why not, by code.',
    labelNames: ['outcome'],
    registers,
  })
  count(registry, 'hufu_calls_placed_total', 'Calls that were placed.', () => calls.placed)
  const { calls: counted } = now
  if (counted === undefined) return calls
  const there: Gauge<'of'> = new Gauge({
    name: 'hufu_calls',
    help: 'Calls now, those who are in them, and those who are rung.',
    labelNames: ['of'],
    registers,
    async collect() {
      for (const [of, value] of Object.entries(await counted())) there.set({ of }, value)
    },
  })
  return calls
}

function add(totals: Map<string, number>, code: string): void {
  totals.set(code, (totals.get(code) ?? 0) + 1)
}

function gauge(registry: Registry, name: string, help: string, read: () => number): void {
  const one: Gauge = new Gauge({
    name,
    help,
    registers: [registry],
    collect: () => one.set(read()),
  })
}

/** A counter over a plain number that somebody else adds to. */
function count(registry: Registry, name: string, help: string, read: () => number): void {
  const one: Counter = new Counter({
    name,
    help,
    registers: [registry],
    collect: () => {
      one.reset()
      one.inc(read())
    },
  })
}

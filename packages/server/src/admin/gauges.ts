import { createHistogram, monitorEventLoopDelay, type RecordableHistogram } from 'node:perf_hooks'
import type { PairingTimes } from '../ceremonies/pair/ports.ts'
import type { Counts } from '../metrics.ts'
import type { Store } from '../store/store.ts'
import type { Sample } from './history.ts'

/** How long things take in this process. */
export interface Gauges {
  /** The same store, its durable writes timed. */
  timed<S extends Store>(store: S): S
  /** A pairing stood after so long. */
  paired(times: PairingTimes): void
  /** What is now, and what was since it was last asked. */
  sample(): Sample
  stop(): void
}

/** Milliseconds between two looks at the event loop. Our choice: twenty a second cost nothing. */
const LOOK_MS = 50
const NS_PER_MS = 1_000_000

/** Gauges; `now` and `counts` are asked at every sample. */
export function gaugesOf(
  now: { connections(): number; sessions(): number },
  counts: () => Counts,
): Gauges {
  const loop = monitorEventLoopDelay({ resolution: LOOK_MS })
  const [writes, answers, verdicts] = [createHistogram(), createHistogram(), createHistogram()]
  loop.enable()
  let before = totals(counts())
  return {
    timed: (store) => ({
      ...store,
      async write(surety, work) {
        if (surety !== 'durable') return store.write(surety, work)
        const since = performance.now()
        try {
          return await store.write(surety, work)
        } finally {
          record(writes, performance.now() - since)
        }
      },
    }),
    paired({ answerMs, verdictMs }) {
      record(answers, answerMs)
      record(verdicts, verdictMs)
    },
    sample() {
      const total = totals(counts())
      const sample = {
        connections: now.connections(),
        sessions: now.sessions(),
        pairings: total.pairings - before.pairings,
        failures: sumOf(total.failed) - sumOf(before.failed),
        failed: since(before.failed, total.failed),
        frames: total.frames - before.frames,
        octets: total.octets - before.octets,
        // what Node records has the time between two looks in it
        loopMs:
          loop.count === 0 ? 0 : hundredths(Math.max(0, loop.percentile(99) - LOOK_MS * NS_PER_MS)),
        writeMs: percentile(writes, 99),
        answerP50Ms: percentile(answers, 50),
        answerP99Ms: percentile(answers, 99),
        verdictP50Ms: percentile(verdicts, 50),
        verdictP99Ms: percentile(verdicts, 99),
      }
      for (const each of [loop, writes, answers, verdicts]) each.reset()
      before = total
      return sample
    },
    stop: () => void loop.disable(),
  }
}

function totals({ pairings, hellos, ends, frames, octets }: Counts) {
  const { stood = 0, ...failed } = pairings
  const byCode: Record<string, number> = {}
  for (const [code, count] of [failed, hellos, ends].flatMap((each) => Object.entries(each)))
    byCode[code] = (byCode[code] ?? 0) + count
  return { pairings: stood, failed: byCode, frames, octets }
}

type ByCode = Readonly<Record<string, number>>

function sumOf(byCode: ByCode): number {
  return Object.values(byCode).reduce((sum, count) => sum + count, 0)
}

/** What has been added, without codes that were not met. */
function since(before: ByCode, now: ByCode): ByCode {
  const added = Object.entries(now).map(([code, n]) => [code, n - (before[code] ?? 0)] as const)
  return Object.fromEntries(added.filter(([, count]) => count > 0))
}

function record(histogram: RecordableHistogram, ms: number): void {
  histogram.record(Math.max(1, Math.round(ms * NS_PER_MS)))
}

/** In milliseconds; 0 if nothing was recorded. */
function percentile(histogram: RecordableHistogram, percent: number): number {
  return histogram.count === 0 ? 0 : hundredths(histogram.percentile(percent))
}

/** Nanoseconds to milliseconds, to a hundredth. */
function hundredths(ns: number): number {
  return Math.round(ns / (NS_PER_MS / 100)) / 100
}

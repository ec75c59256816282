import { createHistogram, monitorEventLoopDelay } from 'node:perf_hooks'
import type { Counts } from '../metrics.ts'
import type { Store } from '../store/store.ts'
import type { Sample } from './history.ts'

/** How long things take in this process. */
export interface Gauges {
  /** The same store, its durable writes timed. */
  timed<S extends Store>(store: S): S
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
  const writes = createHistogram()
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
          writes.record(Math.max(1, Math.round((performance.now() - since) * NS_PER_MS)))
        }
      },
    }),
    sample() {
      const total = totals(counts())
      const sample = {
        connections: now.connections(),
        sessions: now.sessions(),
        pairings: total.pairings - before.pairings,
        failures: total.failures - before.failures,
        frames: total.frames - before.frames,
        octets: total.octets - before.octets,
        // what Node records has the time between two looks in it
        loopMs:
          loop.count === 0 ? 0 : hundredths(Math.max(0, loop.percentile(99) - LOOK_MS * NS_PER_MS)),
        writeMs: writes.count === 0 ? 0 : hundredths(writes.percentile(99)),
      }
      loop.reset()
      writes.reset()
      before = total
      return sample
    },
    stop: () => void loop.disable(),
  }
}

function totals({ pairings, hellos, ends, frames, octets }: Counts) {
  const { stood = 0, ...failed } = pairings
  const failures = [failed, hellos, ends].flatMap((each) => Object.values(each))
  return { pairings: stood, failures: failures.reduce((sum, n) => sum + n, 0), frames, octets }
}

/** Nanoseconds to milliseconds, to a hundredth. */
function hundredths(ns: number): number {
  return Math.round(ns / (NS_PER_MS / 100)) / 100
}

import { signal } from '@preact/signals'

/** Milliseconds since the page was opened, moved on once a second. */
const current = signal(performance.now())

setInterval(() => {
  current.value = performance.now()
}, 1_000)

/** Whole seconds since `ms` of `performance.now()`; never below 0. Read in a component, it counts up. */
export function secondsSince(ms: number): number {
  return Math.max(0, Math.floor((current.value - ms) / 1_000))
}

/** Whole seconds until `ms` of `performance.now()`; never below 0. Read in a component, it counts down. */
export function secondsUntil(ms: number): number {
  return Math.max(0, Math.ceil((ms - current.value) / 1_000))
}

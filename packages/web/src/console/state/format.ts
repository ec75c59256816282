import { locale } from '../../state/language.ts'

/** A number as it is written here: `12,345`. */
export function count(value: number): string {
  return new Intl.NumberFormat(locale.value).format(value)
}

/** A day and a time, to the second. `ms` since 1970. */
export function moment(ms: number): string {
  return new Intl.DateTimeFormat(locale.value, { dateStyle: 'medium', timeStyle: 'medium' }).format(
    ms,
  )
}

/** A day. */
export function day(ms: number): string {
  return new Intl.DateTimeFormat(locale.value, { dateStyle: 'medium' }).format(ms)
}

/** A time of the day: `14:03`, or `14:03:20` with seconds. */
export function clock(ms: number, seconds: boolean): string {
  const parts = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const
  return new Intl.DateTimeFormat(locale.value, {
    ...parts,
    ...(seconds ? { second: '2-digit' } : {}),
  }).format(ms)
}

const UNITS = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
  ['millisecond', 1],
] as const

/** A length of time in words, by its two largest units: `3 days, 4 hours`. */
export function duration(ms: number): string {
  let left = Math.max(0, Math.round(ms))
  const parts: string[] = []
  for (const [unit, size] of UNITS) {
    const whole = Math.floor(left / size)
    left -= whole * size
    if (whole > 0 || unit === 'millisecond') parts.push(inUnits(whole, unit))
    else if (parts.length > 0) break
    if (parts.length === 2 || (parts.length === 1 && unit === 'second')) break
  }
  return new Intl.ListFormat(locale.value, { type: 'unit', style: 'narrow' }).format(parts)
}

/** Milliseconds to three digits or so: `4.2 ms`, `1.25 s`. */
export function latency(ms: number): string {
  const [value, unit] = ms < 1_000 ? [ms, 'ms'] : [ms / 1_000, 's']
  const digits = value < 10 ? 1 : 0
  const shown = new Intl.NumberFormat(locale.value, { maximumFractionDigits: digits }).format(value)
  return `${shown} ${unit}`
}

/** How long ago: `3 minutes ago`. `now` and `ms` since 1970. */
export function ago(ms: number, now: number = Date.now()): string {
  const since = Math.max(0, now - ms)
  const [unit, size] = UNITS.slice(0, 4).find(([, each]) => since >= each) ?? UNITS[3]
  const format = new Intl.RelativeTimeFormat(locale.value, { numeric: 'auto' })
  return format.format(-Math.floor(since / size), unit as 'day' | 'hour' | 'minute' | 'second')
}

function inUnits(value: number, unit: (typeof UNITS)[number][0]): string {
  return new Intl.NumberFormat(locale.value, { style: 'unit', unit, unitDisplay: 'long' }).format(
    value,
  )
}

/** Octets as people read them: `3.2 MB`. Powers of ten, as disks are sold. */
export function sizeText(octets: number): string {
  if (octets < 999.5) return `${Math.round(octets)} B`
  let value = octets
  let unit = -1
  do {
    value /= 1_000
    unit += 1
  } while (value >= 999.5 && unit < UNITS.length - 1)
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${UNITS[unit]!}`
}

const UNITS = ['kB', 'MB', 'GB', 'TB', 'PB']

/** A duration as `0:07`, `12:30` or `3:00:00`. */
export function durationText(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds))
  const parts = [Math.floor(whole / 3_600), Math.floor(whole / 60) % 60, whole % 60]
  const shown = parts[0] === 0 ? parts.slice(1) : parts
  return shown
    .map((part, at) => (at === 0 ? String(part) : String(part).padStart(2, '0')))
    .join(':')
}

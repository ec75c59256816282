/** Octets as people read them: `3.2 MB`. Powers of ten, as disks are sold. */
export function sizeText(octets: number): string {
  let value = octets
  let unit = 0
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1_000
    unit += 1
  }
  return `${unit > 0 && value < 9.95 ? value.toFixed(1) : Math.round(value)} ${UNITS[unit]!}`
}

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'] as const

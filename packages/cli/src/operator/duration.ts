import { usage } from '../arguments.ts'

/**
 * Milliseconds of `90m`, `12h`, `30d`.
 *
 * @throws {HufuError} `ERR_USAGE` for anything else.
 */
export function milliseconds(text: string): number {
  const [, count, unit] = /^([0-9]{1,6})([mhd])$/.exec(text) ?? []
  if (count === undefined || unit === undefined)
    throw usage(`--expires ${text}: a number of minutes, hours or days, such as 90m, 12h or 30d`)
  return Number(count) * UNIT_MS[unit as keyof typeof UNIT_MS]
}

const UNIT_MS = { m: 60_000, h: 3_600_000, d: 86_400_000 }

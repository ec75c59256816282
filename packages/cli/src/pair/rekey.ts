import type { PairOptions } from '@hufu/terminal'
import { usage } from '../arguments.ts'

type Limits = NonNullable<PairOptions['rekey']>

const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600 }
const OCTETS: Readonly<Record<string, number>> = { KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30 }
/** Less would be spent on moving the keys alone. Our choice. */
const LEAST_RECORDS = 16
const LEAST_OCTETS = 65_536
const MOST = 2 ** 40

/**
 * Reads `30s,500,8MiB`: a time, a number of records, a size, each at most once, in any order.
 *
 * @throws {HufuError} `ERR_USAGE`
 */
export function readRekey(typed: string): Limits {
  const limits: { -readonly [Name in keyof Limits]: Limits[Name] } = {}
  for (const one of typed.split(',')) {
    const [, digits, unit = ''] = /^([0-9]{1,9})(s|m|h|KiB|MiB|GiB)?$/.exec(one) ?? []
    if (digits === undefined) throw usage(WHAT)
    const [name, value, least] =
      unit === ''
        ? (['afterRecords', Number(digits), LEAST_RECORDS] as const)
        : SECONDS[unit] === undefined
          ? (['afterOctets', Number(digits) * OCTETS[unit]!, LEAST_OCTETS] as const)
          : (['afterMs', Number(digits) * SECONDS[unit] * 1_000, 1_000] as const)
    if (limits[name] !== undefined || value < least || value > MOST) throw usage(WHAT)
    limits[name] = value
  }
  return limits
}

const WHAT =
  '--rekey takes a time (30s, 5m), a number of records (500; 16 or more), a size (8MiB; 64KiB or more), or several with commas'

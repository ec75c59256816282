/** What is looked at, in this order. docs/operations.md explains each. */
export const CHECKS = [
  'node',
  'folder',
  'permissions',
  'database',
  'schema',
  'disk',
  'master-key',
  'audit',
  'clock',
  'limits',
  'certificate',
  'web',
  'port',
  'authority',
  'server',
] as const

export type Check = (typeof CHECKS)[number]

/** What came of one look. */
export type Finding =
  | { readonly check: Check; readonly is: 'ok'; readonly found: string }
  | {
      readonly check: Check
      /** `warn`: it works, and may not for long. `fail`: it does not work, or is open to others. */
      readonly is: 'warn' | 'fail'
      readonly found: string
      /** What to do. */
      readonly advice: string
    }

/** Nothing needs to be done. */
export function ok(check: Check, found: string): Finding {
  return { check, is: 'ok', found }
}

/** It works, and may not for long. */
export function warn(check: Check, found: string, advice: string): Finding {
  return { check, is: 'warn', found, advice }
}

/** It does not work, or is open to others. */
export function fail(check: Check, found: string, advice: string): Finding {
  return { check, is: 'fail', found, advice }
}

/** Octets as somebody reads them. */
export function sizeText(octets: number): string {
  const units = ['octets', 'kB', 'MB', 'GB', 'TB']
  let [size, at] = [octets, 0]
  for (; size >= 1_000 && at < units.length - 1; at += 1) size /= 1_000
  return `${size < 10 && at > 0 ? size.toFixed(1) : Math.round(size)} ${units[at]!}`
}

import { locale } from '../language.ts'

/** A day, of Unix milliseconds. */
export function day(unixMs: number): string {
  return new Intl.DateTimeFormat(locale.value, { dateStyle: 'medium' }).format(unixMs)
}

/** A day and a time of day. */
export function moment(unixMs: number): string {
  const how = { dateStyle: 'medium', timeStyle: 'short' } as const
  return new Intl.DateTimeFormat(locale.value, how).format(unixMs)
}

import type { VNode } from 'preact'
import { locale } from '../../state/language.ts'

/** The time of day of a line, in milliseconds since 1970-01-01T00:00Z. */
export function At(props: { readonly unixMs: number }): VNode {
  const time = new Intl.DateTimeFormat(locale.value, { hour: '2-digit', minute: '2-digit' })
  return <time dateTime={new Date(props.unixMs).toISOString()}>{time.format(props.unixMs)}</time>
}

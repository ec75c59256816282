import type { ComponentChildren } from 'preact'

/** The text, with what stands between backquotes as code. */
export function withCode(text: string): ComponentChildren {
  return text
    .split('`')
    .map((part, at) => (at % 2 === 1 ? <code translate={false}>{part}</code> : part))
}

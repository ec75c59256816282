import { callTalk, type CallTalk } from '../ceremonies/call/talk.ts'
import { flipped } from './hostile-call.testing.ts'

type Fields = Readonly<Record<string, unknown>>

/**
 * A message with one thing in it changed, well formed all the same: what a relay makes of it that knows the format. `at` picks
 * which. Undefined where that cannot be said in the format.
 */
export function altered(message: CallTalk, at: number): Uint8Array | undefined {
  const { type, ...fields } = message
  try {
    return callTalk.encode({ type, ...(changed(fields, at) as Fields) } as CallTalk)
  } catch {
    return undefined
  }
}

function changed(value: unknown, at: number): unknown {
  if (value instanceof Uint8Array) return flipped(value, at)
  if (typeof value === 'number') return at % 2 === 0 ? value + 1 : Math.max(0, value - 1)
  if (typeof value === 'boolean') return !value
  if (typeof value === 'string') return `x${value}`
  if (value === null) return 1
  if (Array.isArray(value)) {
    const list: readonly unknown[] = value
    if (list.length === 0) return [1]
    const place = at % list.length
    return at % 3 === 0
      ? list.toSpliced(place, 1)
      : list.with(place, changed(list[place], Math.floor(at / 3)))
  }
  const fields = value as Fields
  const names = Object.keys(fields)
  const name = names[at % names.length]!
  return { ...fields, [name]: changed(fields[name], Math.floor(at / names.length)) }
}

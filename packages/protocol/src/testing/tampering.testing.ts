import * as fc from 'fast-check'
import { hex } from '../crypto/index.ts'

/** What a relay does to one message on its way. */
export interface Tampering {
  /** Which of the message's fields, counted through all that is in it. */
  readonly field: number
  /** Turns a bit of it, empties it, or puts in what the same field of another message has. */
  readonly how: 'flip' | 'empty' | 'swap'
  /** Which bit, or which other message. */
  readonly which: number
}

/** Up to three accidents to one message, most often none or one. */
export const tamperings: fc.Arbitrary<readonly Tampering[]> = fc.array(
  fc.record({
    field: fc.nat(59),
    how: fc.constantFrom('flip', 'empty', 'swap', 'swap', 'swap', 'swap'),
    which: fc.nat(1_000),
  }),
  { maxLength: 3 },
)

/** The message as the relay passes it on. `others`: messages of the same kind that it has seen or made. */
export function tampered<M extends object>(
  message: M,
  others: readonly M[],
  done: readonly Tampering[],
): M {
  return done.reduce((changed, { field, how, which }) => {
    const paths = pathsOf(changed)
    const path = paths[field % paths.length]!
    const other = others[which % others.length] ?? changed
    const value = valueAt(changed, path)
    const put =
      how === 'swap'
        ? valueAt(other, path)
        : how === 'flip'
          ? flipped(value, which)
          : emptied(value)
    return put === undefined ? changed : (withValue(changed, path, put) as M)
  }, message)
}

/** True if the two are the same to the last octet. */
export function alike(a: unknown, b: unknown): boolean {
  return JSON.stringify(a, shown) === JSON.stringify(b, shown)
}

function shown(_key: string, value: unknown): unknown {
  return value instanceof Uint8Array ? hex(value) : value
}

type Path = readonly string[]

/** Where the values of a message are: whole parts, and what is in them. Its type stays what it is. */
function pathsOf(value: unknown, path: Path = []): readonly Path[] {
  const inside =
    typeof value === 'object' && value !== null && !(value instanceof Uint8Array)
      ? Object.entries(value).filter(([name]) => name !== 'type')
      : []
  const below = inside.flatMap(([name, part]) => pathsOf(part, [...path, name]))
  return path.length === 0 ? below : [path, ...below]
}

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (part, name) => (part as Readonly<Record<string, unknown>> | null | undefined)?.[name],
    value,
  )
}

function withValue(whole: unknown, [name, ...rest]: Path, value: unknown): unknown {
  if (name === undefined) return value
  const put = withValue((whole as Record<string, unknown>)[name], rest, value)
  if (Array.isArray(whole)) return (whole as readonly unknown[]).with(Number(name), put)
  return { ...(whole as object), [name]: put }
}

function flipped(value: unknown, which: number): unknown {
  if (value instanceof Uint8Array && value.length > 0) {
    const copy = Uint8Array.from(value)
    copy[(which >> 3) % copy.length]! ^= 1 << (which & 7)
    return copy
  }
  if (typeof value === 'number') return value ^ (1 << (which % 4))
  if (typeof value === 'boolean') return !value
  return typeof value === 'string' ? `${value.slice(0, -1)}x` : undefined
}

function emptied(value: unknown): unknown {
  if (value instanceof Uint8Array) return new Uint8Array(0)
  if (Array.isArray(value)) return []
  return typeof value === 'string' ? '' : undefined
}

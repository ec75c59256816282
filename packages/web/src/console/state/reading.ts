/**
 * Readers of what a server answers: a value of the type, or undefined if it is none. Fields that they do not know are
 * left out: a newer server may send more.
 */
export type Reader<T> = (value: unknown) => T | undefined

/** The type that a reader gives. */
export type Read<R> = R extends Reader<infer T> ? T : never

export const text: Reader<string> = (value) => (typeof value === 'string' ? value : undefined)

export const number: Reader<number> = (value) =>
  typeof value === 'number' && Number.isFinite(value) ? value : undefined

export const flag: Reader<boolean> = (value) => (typeof value === 'boolean' ? value : undefined)

/** One of these words. */
export function word<const W extends string>(...words: readonly W[]): Reader<W> {
  return (value) => words.find((each) => each === value)
}

/** What `read` reads, or null. */
export function nullable<T>(read: Reader<T>): Reader<T | null> {
  return (value) => (value === null ? null : read(value))
}

/** A list of what `read` reads. */
export function list<T>(read: Reader<T>): Reader<readonly T[]> {
  return (value) => {
    if (!Array.isArray(value)) return undefined
    const items = value.map(read)
    return items.every((item) => item !== undefined) ? items : undefined
  }
}

/** Any names, each with what `read` reads. */
export function table<T>(read: Reader<T>): Reader<Readonly<Record<string, T>>> {
  return (value) => {
    if (!isObject(value)) return undefined
    const found = Object.entries(value).map(([name, raw]) => [name, read(raw)] as const)
    return found.every(([, item]) => item !== undefined)
      ? (Object.fromEntries(found) as Record<string, T>)
      : undefined
  }
}

/** An object with these fields at least. */
export function record<F extends Readonly<Record<string, Reader<unknown>>>>(
  fields: F,
): Reader<{ readonly [N in keyof F]: Read<F[N]> }>
export function record(fields: Readonly<Record<string, Reader<unknown>>>): Reader<unknown> {
  return (value) => {
    if (!isObject(value)) return undefined
    const found = Object.entries(fields).map(([name, read]) => [name, read(value[name])] as const)
    return found.every(([, item]) => item !== undefined) ? Object.fromEntries(found) : undefined
  }
}

/** Anything that is there. */
export const anything: Reader<unknown> = (value) => value

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/**
 * The form of a JSON value: its type, what reads it and what documents it, in one declaration. Only what is listed fits:
 * an object with one field more is refused.
 */
export interface Schema<T> {
  /** JSON Schema 2020-12, as OpenAPI 3.1 takes it. */
  readonly json: JsonSchema
  /** `undefined` if `value` is not a `T`. It may come from anybody, so it is copied and never coerced. */
  read(value: unknown): T | undefined
  /** Of an object: the first of its fields whose value is missing or does not fit. */
  readonly misfit?: (value: unknown) => string | undefined
}

export type JsonSchema = { readonly [keyword: string]: unknown }

/** The type that a schema describes. */
export type Described<S> = S extends Schema<infer T> ? T : never

/** Text of so many UTF-16 units, well-formed. */
export function text(minLength: number, maxLength: number, pattern?: RegExp): Schema<string> {
  return {
    json: {
      type: 'string',
      minLength,
      maxLength,
      ...(pattern === undefined ? {} : { pattern: pattern.source }),
    },
    read: (value) =>
      typeof value === 'string' &&
      value.length >= minLength &&
      value.length <= maxLength &&
      value.isWellFormed() &&
      (pattern === undefined || pattern.test(value))
        ? value
        : undefined,
  }
}

/** A whole number from `minimum` to `maximum`. */
export function whole(minimum: number, maximum = Number.MAX_SAFE_INTEGER): Schema<number> {
  return {
    json: { type: 'integer', minimum, maximum },
    read: (value) =>
      Number.isSafeInteger(value) && Number(value) >= minimum && Number(value) <= maximum
        ? Number(value)
        : undefined,
  }
}

/** The same as it stands in a query: digits. */
export function digits(minimum: number, maximum = Number.MAX_SAFE_INTEGER): Schema<number> {
  const number = whole(minimum, maximum)
  return {
    json: number.json,
    read: (value) =>
      typeof value === 'string' && /^[0-9]{1,16}$/.test(value)
        ? number.read(Number(value))
        : undefined,
  }
}

/** Any finite number of 0 or more. */
export const amount: Schema<number> = {
  json: { type: 'number', minimum: 0 },
  read: (value) =>
    typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined,
}

export const flag: Schema<boolean> = {
  json: { type: 'boolean' },
  read: (value) => (typeof value === 'boolean' ? value : undefined),
}

/** One of these words. */
export function word<const W extends string>(...words: readonly W[]): Schema<W> {
  return {
    json: { type: 'string', enum: words },
    read: (value) => words.find((each) => each === value),
  }
}

/** What `schema` describes, or null. */
export function nullable<T>(schema: Schema<T>): Schema<T | null> {
  return {
    json: { anyOf: [schema.json, { type: 'null' }] },
    read: (value) => (value === null ? null : schema.read(value)),
  }
}

/** At most so many of them. */
export function list<T>(items: Schema<T>, maxItems: number): Schema<readonly T[]> {
  return {
    json: { type: 'array', items: items.json, maxItems },
    read: (value) =>
      Array.isArray(value) && value.length <= maxItems ? readAll(items, value) : undefined,
  }
}

function readAll<T>(items: Schema<T>, values: readonly unknown[]): readonly T[] | undefined {
  const read: T[] = []
  for (const value of values) {
    const item = items.read(value)
    if (item === undefined) return undefined
    read.push(item)
  }
  return read
}

/** A value under each of any names. */
export function table<T>(values: Schema<T>): Schema<Readonly<Record<string, T>>> {
  return {
    json: { type: 'object', additionalProperties: values.json },
    read(value) {
      if (!isObject(value)) return undefined
      const read: Record<string, T> = Object.create(null) as Record<string, T>
      for (const [name, raw] of Object.entries(value)) {
        const item = values.read(raw)
        if (item === undefined) return undefined
        read[name] = item
      }
      return read
    },
  }
}

type Fields = { readonly [name: string]: Schema<unknown> }
type Required<F extends Fields> = { readonly [N in keyof F]: Described<F[N]> }
type Optional<F extends Fields> = { readonly [N in keyof F]?: Described<F[N]> }

/** An object of exactly these fields; those of `optional` may be missing. */
export function object<R extends Fields>(required: R): Schema<Required<R>>
export function object<R extends Fields, O extends Fields>(
  required: R,
  optional: O,
): Schema<Required<R> & Optional<O>>
export function object(required: Fields, optional?: Fields): Schema<unknown> {
  const names = Object.keys(required)
  const fields: Fields = { ...required, ...optional }
  return {
    json: {
      type: 'object',
      properties: Object.fromEntries(
        Object.entries(fields).map(([name, { json }]) => [name, json]),
      ),
      ...(names.length > 0 ? { required: names } : {}),
      additionalProperties: false,
    },
    read(value) {
      if (!isObject(value)) return undefined
      if (!names.every((name) => Object.hasOwn(value, name))) return undefined
      const read: Record<string, unknown> = {}
      for (const [name, raw] of Object.entries(value)) {
        const item = Object.hasOwn(fields, name) ? fields[name]!.read(raw) : undefined
        if (item === undefined) return undefined
        read[name] = item
      }
      return read
    },
    misfit(value) {
      if (!isObject(value)) return undefined
      return Object.entries(fields).find(([name, { read }]) =>
        Object.hasOwn(value, name) ? read(value[name]) === undefined : names.includes(name),
      )?.[0]
    },
  }
}

/** Milliseconds since 1970-01-01T00:00Z. */
export const time: Schema<number> = {
  ...whole(0),
  json: { ...whole(0).json, description: 'Milliseconds since 1970-01-01T00:00Z.' },
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

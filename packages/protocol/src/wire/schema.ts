import { decodeCbor, encodeCbor, type Value } from './cbor.ts'
import { done, failed, type Outcome } from './errors.ts'

/** One position of a message: reads a decoded CBOR value as `T` (or nothing), and writes it back. */
export interface Field<T> {
  /** `undefined` if `value` is not a `T`. */
  read(value: Value): T | undefined
  write(value: T): Value
}

/** The type that a field carries. */
export type Carried<F> = F extends Field<infer T> ? T : never

/** A whole number from 0 to `max`. */
export function uint(max: number): Field<number> {
  return plain((v) => typeof v === 'number' && Number.isSafeInteger(v) && v >= 0 && v <= max)
}

/** Octets: exactly `min`, or `min` to `max`. */
export function bytes(min: number, max: number = min): Field<Uint8Array> {
  return plain((v) => v instanceof Uint8Array && v.length >= min && v.length <= max)
}

/** Well-formed text of at most `maxUnits` UTF-16 units (at most three octets each in UTF-8). */
export function string(maxUnits: number): Field<string> {
  return plain((v) => typeof v === 'string' && v.length <= maxUnits && v.isWellFormed())
}

/** True or false. */
export function flag(): Field<boolean> {
  return plain((v) => typeof v === 'boolean')
}

/** One of the given words. */
export function oneOf<const W extends string>(...words: readonly W[]): Field<W> {
  return plain((v) => typeof v === 'string' && (words as readonly string[]).includes(v))
}

/** Exactly this word: a label that keeps one kind of message from being taken for another. */
export function literal<const W extends string>(word: W): Field<W> {
  return oneOf(word)
}

/** `field`, or null where there is none. */
export function nullable<T>(field: Field<T>): Field<T | null> {
  return {
    read: (value) => (value === null ? null : field.read(value)),
    write: (value) => (value === null ? null : field.write(value)),
  }
}

/** At most `max` of `field`. */
export function list<T>(field: Field<T>, max: number): Field<readonly T[]> {
  return {
    read(value) {
      if (!isArray(value) || value.length > max) return undefined
      const items: T[] = []
      for (const raw of value) {
        const item = field.read(raw)
        if (item === undefined) return undefined
        items.push(item)
      }
      return items
    },
    write: (items) => items.map((item) => field.write(item)),
  }
}

/** Named fields, in this order, as one CBOR array. */
export type Fields = { readonly [name: string]: Field<unknown> }
/** The object that {@link Fields} describe. */
export type Read<F extends Fields> = { readonly [N in keyof F]: Carried<F[N]> }

/** An array with a name for every position: `{ a: uint(9), b: bytes(32) }` travels as `[a, b]`. */
export function tuple<F extends Fields>(fields: F): Field<Read<F>> {
  const entries = Object.entries(fields)
  return {
    read(value) {
      if (!isArray(value) || value.length !== entries.length) return undefined
      const result: Record<string, unknown> = {}
      for (const [i, [name, field]] of entries.entries()) {
        const item = field.read(value[i]!)
        if (item === undefined) return undefined
        result[name] = item
      }
      return result as Read<F>
    },
    write: (object) => entries.map(([name, field]) => field.write(object[name])),
  }
}

/** A kind of message: `[tag, ...fields]` on the wire, `{ type, ...fields }` in code. */
export interface MessageKind<N extends string, F extends Fields> {
  readonly type: N
  readonly tag: number
  readonly fields: F
}

/** Declares a message, its wire form and its type in one. `tag` is unique within a codec. */
export function message<const N extends string, F extends Fields>(
  type: N,
  tag: number,
  fields: F,
): MessageKind<N, F> {
  return { type, tag, fields }
}

type AnyKind = MessageKind<string, Fields>
/** The object of a {@link MessageKind}. */
export type MessageOf<K> =
  K extends MessageKind<infer N, infer F> ? { readonly type: N } & Read<F> : never

/** Encodes and decodes one of several kinds of message. */
export interface Codec<M> {
  encode(message: M): Uint8Array
  /** Codes: those of `decodeCbor`, `ERR_WIRE_SCHEMA` (known kind, wrong fields), `ERR_WIRE_UNEXPECTED` (unknown kind). */
  decode(bytes: Uint8Array, maxOctets?: number): Outcome<M>
}

/** A codec for these kinds and no others. */
export function codec<const K extends readonly AnyKind[]>(kinds: K): Codec<MessageOf<K[number]>> {
  type M = MessageOf<K[number]>
  const byTag = new Map(kinds.map((kind) => [kind.tag, { kind, body: tuple(kind.fields) }]))
  const byType = new Map(kinds.map((kind) => [kind.type, byTag.get(kind.tag)!]))
  return {
    encode(object) {
      const { kind, body } = byType.get((object as { type: string }).type)!
      return encodeCbor([kind.tag, ...(body.write(object) as readonly Value[])])
    },
    decode(octets, maxOctets) {
      const decoded = decodeCbor(octets, maxOctets)
      if (!decoded.ok) return decoded
      if (!isArray(decoded.value)) return failed('ERR_WIRE_SCHEMA')
      const [tag, ...rest] = decoded.value
      if (typeof tag !== 'number') return failed('ERR_WIRE_SCHEMA')
      const known = byTag.get(tag)
      if (known === undefined) return failed('ERR_WIRE_UNEXPECTED')
      const fields = known.body.read(rest)
      if (fields === undefined) return failed('ERR_WIRE_SCHEMA')
      return done({ type: known.kind.type, ...fields } as M)
    },
  }
}

function plain<T extends Value>(is: (value: Value) => boolean): Field<T> {
  return { read: (value) => (is(value) ? (value as T) : undefined), write: (value) => value }
}

function isArray(value: Value): value is readonly Value[] {
  return Array.isArray(value)
}

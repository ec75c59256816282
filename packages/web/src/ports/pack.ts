/** Stands for what JSON has no form for: octets by place and length, a bigint, undefined. */
const MARK = '$'
/** Octets that say how long the JSON is. */
const HEAD_OCTETS = 4

/**
 * One array of octets for texts, numbers, booleans, bigints, octets, and lists and plain objects of them: the length of the JSON (32 bits, big-endian), the JSON, then all octets in it one
 * after another. Our own form; only {@link unpack} reads it, and only what this page itself has sealed.
 *
 * @throws {TypeError} for anything else, so that nothing is left out in silence.
 */
export function pack(value: unknown): Uint8Array<ArrayBuffer> {
  const pieces: Uint8Array[] = []
  let octets = 0
  const plain = (value: unknown): unknown => {
    if (value instanceof Uint8Array) {
      pieces.push(value)
      octets += value.length
      return { [MARK]: [octets - value.length, value.length] }
    }
    if (Array.isArray(value)) return value.map(plain)
    switch (typeof value) {
      case 'undefined':
        return { [MARK]: 'undefined' }
      case 'bigint':
        return { [MARK]: String(value) }
      case 'string':
      case 'boolean':
        return value
      case 'number':
        if (Number.isFinite(value)) return value
        break
      case 'object':
        if (value === null) return null
        if (isPlain(value))
          return Object.fromEntries(
            Object.entries(value).map(([name, each]) => [name, plain(each)]),
          )
        break
      default:
    }
    throw new TypeError('this cannot be packed')
  }
  const json = new TextEncoder().encode(JSON.stringify(plain(value)))
  const packed = new Uint8Array(HEAD_OCTETS + json.length + octets)
  new DataView(packed.buffer).setUint32(0, json.length)
  packed.set(json, HEAD_OCTETS)
  let at = HEAD_OCTETS + json.length
  for (const piece of pieces) {
    packed.set(piece, at)
    at += piece.length
  }
  return packed
}

/** The value that {@link pack} was given; its octets are copies. Throws on anything else. */
export function unpack(packed: Uint8Array): unknown {
  const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength)
  const end = HEAD_OCTETS + view.getUint32(0)
  const text = new TextDecoder('utf-8', { fatal: true }).decode(packed.subarray(HEAD_OCTETS, end))
  const octets = packed.subarray(end)
  const whole = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(whole)
    if (typeof value !== 'object' || value === null) return value
    const mark: unknown = Object.hasOwn(value, MARK) ? (value as Marked)[MARK] : null
    if (mark === null)
      return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, whole(each)]))
    if (mark === 'undefined') return undefined
    if (typeof mark === 'string') return BigInt(mark)
    const [at, length] = mark as [number, number]
    return octets.slice(at, at + length)
  }
  return whole(JSON.parse(text))
}

interface Marked {
  readonly [MARK]: unknown
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return (prototype === Object.prototype || prototype === null) && !Object.hasOwn(value, MARK)
}

/** Whole numbers from 0 to `below` − 1, the same for the same seed. */
export type Draw = (below: number) => number

/** A repeatable source (Marsaglia's xorshift of 32 bits): fast, and good enough to be wild. Not for secrets. */
export function drawFrom(seed: number): Draw {
  let state = seed | 0 || 1
  return (below) => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) % below
  }
}

/** A seed of its own for everything that has a name. */
export function seedFor(name: string, seed: number): number {
  let mixed = seed
  for (let i = 0; i < name.length; i += 1) mixed = Math.imul(mixed ^ name.charCodeAt(i), 0x01000193)
  return mixed
}

/** Most octets of an input. */
const MOST = 8_192
/** Where an input begins in what holds it: decoders get views, as they do from sockets. */
const OFFSET = 3
/** Octets that stand at limits: of CBOR's heads, of signs, of frames' types. */
const TELLING = [0, 1, 2, 0x17, 0x18, 0x19, 0x1b, 0x40, 0x60, 0x7f, 0x80, 0x9f, 0xf6, 0xff] as const

/**
 * Inputs for a decoder: first the valid ones, then one in sixteen a valid one as it is, one in eight random octets, else a
 * valid one that has met with one to four accidents. The result is a view that is good until the next call.
 */
export function inputsFrom(valid: readonly Uint8Array[], draw: Draw): () => Uint8Array {
  const held = new Uint8Array(OFFSET + 2 * MOST)
  let octets = 0
  const at = (): number => OFFSET + (octets === 0 ? 0 : draw(octets))
  const take = (from: Uint8Array): void => {
    octets = Math.min(from.length, MOST)
    held.set(octets === from.length ? from : from.subarray(0, octets), OFFSET)
  }

  /** Makes `wide` octets of room at `place`, or takes as many away. */
  const move = (place: number, wide: number): void => {
    const end = OFFSET + octets
    const to = Math.max(place, Math.min(place + wide, OFFSET + MOST))
    const from = Math.min(end, Math.max(place, place - wide))
    held.copyWithin(to, from, end)
    octets = Math.max(0, Math.min(MOST, octets + to - from))
  }

  const accidents: readonly (() => void)[] = [
    () => void (held[at()]! ^= 1 << draw(8)),
    () => void (held[at()] = draw(256)),
    () => void (held[at()] = TELLING[draw(TELLING.length)]!),
    () => void (octets = draw(octets + 1)),
    () => move(at(), -1 - draw(4)),
    () => {
      const place = at()
      move(place, 1 + draw(4))
      held[place] = TELLING[draw(TELLING.length)]!
    },
    () => held.copyWithin(at(), at(), at()),
    () => {
      const other = valid[draw(valid.length)]!
      const from = draw(other.length + 1)
      const piece = other.subarray(from, from + draw(64))
      const place = at()
      held.set(piece, place)
      octets = Math.min(MOST, Math.max(octets, place - OFFSET + piece.length))
    },
  ]

  let first = 0
  return () => {
    const kind = draw(16)
    if (first < valid.length) {
      take(valid[first]!)
      first += 1
    } else if (kind < 2) {
      octets = draw(80)
      for (let i = 0; i < octets; i += 1) held[OFFSET + i] = draw(256)
    } else {
      take(valid[draw(valid.length)]!)
      if (kind > 2) for (let n = draw(4); n >= 0; n -= 1) accidents[draw(accidents.length)]!()
    }
    return held.subarray(OFFSET, OFFSET + octets)
  }
}

/** From so many octets on, four are turned at a time. */
const MANY = 64

/**
 * Takes a client's mask off `octets`, in place (RFC 6455 §5.3). `mask` has four octets; `phase` is the number of octets of the
 * same payload that came before.
 */
export function unmask(octets: Uint8Array, mask: Uint8Array, phase: number): void {
  const { length } = octets
  let at = 0
  if (length >= MANY) {
    while (((octets.byteOffset + at) & 3) !== 0) at = turn(octets, mask, phase, at)
    const turned = Uint8Array.from({ length: 4 }, (_, i) => mask[(phase + at + i) & 3]!)
    const [word] = new Uint32Array(turned.buffer)
    const words = new Uint32Array(octets.buffer, octets.byteOffset + at, (length - at) >>> 2)
    for (let i = 0; i < words.length; i += 1) words[i]! ^= word!
    at += words.length * 4
  }
  while (at < length) at = turn(octets, mask, phase, at)
}

function turn(octets: Uint8Array, mask: Uint8Array, phase: number, at: number): number {
  octets[at]! ^= mask[(phase + at) & 3]!
  return at + 1
}

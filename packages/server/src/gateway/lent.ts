/*
 * Large messages stand in buffers of their own, which are freed when the last socket has written them. Left to the garbage
 * collector they would cost a large file's server half of its time: it knows them only as so many octets elsewhere, and
 * goes through everything for each 33 MB of them.
 *
 * Whoever keeps octets beyond the turn of the loop in which it got them holds them. What nobody ever held is collected as
 * anything else.
 */
const holders = new WeakMap<ArrayBufferLike, number>()

/** A buffer for one message, to be filled: nothing but views of it may be passed on. */
export function lend(octets: number): Uint8Array {
  const buffer = Buffer.allocUnsafeSlow(octets)
  holders.set(buffer.buffer, 0)
  return buffer
}

/** Whether these octets are of a buffer that {@link lend} made. */
export function isLent(octets: Uint8Array): boolean {
  return holders.has(octets.buffer)
}

/** Keeps the octets, if they are lent. */
export function hold(octets: Uint8Array): void {
  const count = holders.get(octets.buffer)
  if (count !== undefined) holders.set(octets.buffer, count + 1)
}

/** Ends one {@link hold}. With the last of them the octets are gone: every view of them is empty. */
export function letGo(octets: Uint8Array): void {
  const { buffer } = octets
  const count = holders.get(buffer)
  if (count === undefined) return
  if (count > 1) return void holders.set(buffer, count - 1)
  holders.delete(buffer)
  free(buffer)
}

/** Octets from which on it is worth while to free a buffer. Our choice. */
const WORTH_OCTETS = 16_384

/** Frees a chunk of which nobody has a view any longer; one that is only a part of its buffer stays. */
export function freeChunk(chunk: Uint8Array): void {
  const { buffer, length } = chunk
  if (length >= WORTH_OCTETS && buffer.byteLength === length) free(buffer)
}

function free(buffer: ArrayBufferLike): void {
  if (buffer instanceof ArrayBuffer && !buffer.detached) buffer.transfer(0)
}

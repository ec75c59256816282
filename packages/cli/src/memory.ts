/**
 * Frees the memory of `octets` at once; whoever still looks at it finds it empty. For what nobody needs any more: left to
 * the collector, which goes through the whole heap whenever some 30 MB of such memory have gathered, a fast transfer
 * spends a quarter of its time there. What shares its memory with others, as Node's small buffers do, is left alone.
 */
export function letGo(octets: Uint8Array): void {
  const { buffer, length } = octets
  if (buffer instanceof ArrayBuffer && length * 2 > buffer.byteLength) buffer.transfer(0)
}

/**
 * To be called before a file crosses. V8's space for young objects stays as small as it begins: left to itself it grows by
 * what every piece of a file leaves there, though little of it is in use (docs/decisions.md). Not at every start: it makes
 * Node compile anew what comes compiled with it.
 */
export function collectYoungOften(): void {
  process.getBuiltinModule('node:v8').setFlagsFromString('--semi-space-growth-factor=1')
}

/** The octets of a `Buffer` under the plain type, so that nothing above sees Node's. Shares its memory. */
export function plain(buffer: Buffer): Uint8Array {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.length)
}

/** The octets as a `Buffer`, where Node insists on one. Shares their memory. */
export function buffer(octets: Uint8Array): Buffer {
  return Buffer.from(octets.buffer, octets.byteOffset, octets.length)
}

/** FIN and opcode "binary" (RFC 6455 §5.2). A server masks nothing. */
const BINARY = 0x82
/** Lengths up to this stand in the second octet; 126 announces two more octets, 127 eight. */
const SHORT = 125

/** What stands before the octets of a whole binary WebSocket message from a server (RFC 6455 §5.2). */
export function messageHead(octets: number): Uint8Array {
  if (octets <= SHORT) return Uint8Array.of(BINARY, octets)
  if (octets <= 0xffff) return Uint8Array.of(BINARY, SHORT + 1, octets >>> 8, octets)
  const head = Buffer.alloc(10)
  head[0] = BINARY
  head[1] = SHORT + 2
  head.writeUInt32BE(octets, 6)
  return head
}

/** A whole binary WebSocket message from a server, around these frames. The same octets serve any number of sockets. */
export function messageOf(frames: readonly Uint8Array[]): Uint8Array {
  let octets = 0
  for (const frame of frames) octets += frame.length
  return Buffer.concat([messageHead(octets), ...frames])
}

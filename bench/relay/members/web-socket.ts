import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { request, type IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { gatheredWrites, readMessages, type Join } from './member.ts'

/** A WebSocket with next to no cost of its own (RFC 6455): whole binary messages, and a mask of zeros. */
export interface BareWebSocket {
  send(message: Buffer): void
  close(): void
}

/** Dials `ws://127.0.0.1:PORT/PATH`. `hear` gets views of what was read. */
export async function openWebSocket(
  at: { readonly port: number; readonly path: string; readonly protocol?: string },
  hear: (message: Buffer) => void,
): Promise<BareWebSocket> {
  const headers = {
    Connection: 'Upgrade',
    Upgrade: 'websocket',
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Key': randomBytes(16).toString('base64'),
    ...(at.protocol === undefined ? {} : { 'Sec-WebSocket-Protocol': at.protocol }),
  }
  const asked = request({ host: '127.0.0.1', port: at.port, path: at.path, headers }).end()
  const [, socket, head] = (await once(asked, 'upgrade')) as [IncomingMessage, Socket, Buffer]
  socket.setNoDelay(true)
  if (head.length > 0) socket.unshift(head)
  readMessages(socket, (octets, from) => {
    if (octets.length < from + 2) return -1
    let start = from + 2
    let length = octets[from + 1]!
    if (length === 126) {
      if (octets.length < from + 4) return -1
      length = octets.readUInt16BE(from + 2)
      start += 2
    } else if (length === 127) {
      if (octets.length < from + 10) return -1
      length = octets.readUInt32BE(from + 6)
      start += 8
    }
    const end = start + length
    if (end > octets.length) return -1
    if ((octets[from]! & 0x0f) === 2) hear(octets.subarray(start, end))
    return end
  })
  const write = gatheredWrites(socket)
  return { send: (message) => write(masked(message)), close: () => socket.destroy() }
}

/** A member of a room that is a plain loop over `ws`. */
export const joinWebSocket: Join = async ({ port, room }, hear) =>
  openWebSocket({ port, path: `/${room}` }, hear)

const MASKED = 0x80

function masked(message: Buffer): Buffer {
  const long = message.length > 125
  const start = long ? 8 : 6
  const octets = Buffer.alloc(start + message.length)
  octets[0] = 0x82
  octets[1] = MASKED | (long ? 126 : message.length)
  if (long) octets.writeUInt16BE(message.length, 2)
  message.copy(octets, start)
  return octets
}

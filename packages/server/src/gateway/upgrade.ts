import { createHash } from 'node:crypto'
import { STATUS_CODES, type IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { SOCKET_PATH, SUBPROTOCOL } from '@hufu/protocol/wire'
import { originIsAllowed } from './origin.ts'

/** What RFC 6455 §1.3 has every server append to a client's key. */
const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'
/** Sixteen octets in base64. */
const KEY = /^[+/0-9A-Za-z]{22}==$/

/**
 * The HTTP status of a request that may not become a connection: 404 (another path), 400 (no handshake of RFC 6455 §4.2.1,
 * or not our subprotocol), 426 (another version of it), 403 (a page of another origin).
 */
export function faultOfUpgrade(
  request: IncomingMessage,
  config: { readonly names: readonly string[]; readonly origins: readonly string[] },
): number | undefined {
  const path = (request.url ?? '').split('?', 1)[0]
  if (path !== SOCKET_PATH) return 404
  const protocols = listed(header(request, 'sec-websocket-protocol'))
  const isHandshake =
    request.method === 'GET' &&
    header(request, 'upgrade')?.toLowerCase() === 'websocket' &&
    KEY.test(header(request, 'sec-websocket-key') ?? '')
  if (!isHandshake || !protocols.includes(SUBPROTOCOL)) return 400
  if (header(request, 'sec-websocket-version') !== '13') return 426
  const own = [request.headers.host ?? '', ...config.names]
  return originIsAllowed(request.headers.origin, own, config.origins) ? undefined : 403
}

/** Agrees to become a WebSocket (RFC 6455 §4.2.2). No extension is taken up. */
export function agree(request: IncomingMessage, raw: Duplex): void {
  const key = header(request, 'sec-websocket-key') ?? ''
  const accept = createHash('sha1').update(`${key}${GUID}`).digest('base64')
  raw.write(
    `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\nSec-WebSocket-Protocol: ${SUBPROTOCOL}\r\n\r\n`,
  )
}

/** Answers a request that may not become a connection, and closes. */
export function refuse(raw: Duplex, status: number): void {
  const version = status === 426 ? 'Sec-WebSocket-Version: 13\r\n' : ''
  raw.on('error', () => raw.destroy())
  raw.once('finish', () => raw.destroy())
  raw.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\n${version}Content-Length: 0\r\n\r\n`,
  )
}

/** A header's value; of several, all of them. */
export function header(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name]
  return Array.isArray(value) ? value.join(',') : value
}

function listed(value: string | undefined): readonly string[] {
  return (value ?? '').split(',').map((one) => one.trim())
}

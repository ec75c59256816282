import { createHash } from 'node:crypto'
import { SUBPROTOCOL } from '@hufu/protocol/wire'

/** What RFC 6455 §1.3 has every server append to a client's key. */
const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'
/** Octets of a server's answer up to its empty line, at most. Our choice. */
const MAX_HEAD_OCTETS = 16_384
const BEGINNING = 'HTTP/1.1 '
const END = '\r\n\r\n'

/** The request for a WebSocket at `url` (RFC 6455 §4.1). `key` is sixteen random octets in base64. */
export function upgradeRequest(url: URL, key: string): string {
  const lines = [
    `GET ${url.pathname}${url.search} HTTP/1.1`,
    `Host: ${url.host}`,
    'Upgrade: websocket',
    'Connection: Upgrade',
    `Sec-WebSocket-Key: ${key}`,
    'Sec-WebSocket-Version: 13',
    `Sec-WebSocket-Protocol: ${SUBPROTOCOL}`,
  ]
  return `${lines.join('\r\n')}${END}`
}

/** What the beginning of a server's answer says. */
export type Answer =
  /** It is not all here. */
  | { readonly is: 'cut' }
  /** No WebSocket, or not the one that was asked for. */
  | { readonly is: 'other' }
  /** What comes from octet `end` on is frames. */
  | { readonly is: 'agreed'; readonly end: number }

/** Reads the answer to {@link upgradeRequest} with the same key (RFC 6455 §4.2.2). */
export function readAnswer(octets: Buffer, key: string): Answer {
  const text = octets.toString('latin1', 0, MAX_HEAD_OCTETS)
  if (!text.startsWith(BEGINNING.slice(0, text.length))) return { is: 'other' }
  const end = text.indexOf(END)
  if (end < 0) return { is: text.length < MAX_HEAD_OCTETS ? 'cut' : 'other' }
  const [status, ...lines] = text.slice(0, end).split('\r\n')
  const headers = headersIn(lines)
  const accept = createHash('sha1').update(`${key}${GUID}`).digest('base64')
  const agrees =
    /^HTTP\/1\.1 101(?: |$)/.test(status!) &&
    headers?.get('upgrade')?.toLowerCase() === 'websocket' &&
    listed(headers.get('connection')).includes('upgrade') &&
    headers.get('sec-websocket-accept') === accept &&
    headers.get('sec-websocket-protocol') === SUBPROTOCOL &&
    !headers.has('sec-websocket-extensions')
  return agrees ? { is: 'agreed', end: end + END.length } : { is: 'other' }
}

/** Undefined if a line is no header. Of two by one name neither can be meant, so they are joined. */
function headersIn(lines: readonly string[]): ReadonlyMap<string, string> | undefined {
  const headers = new Map<string, string>()
  for (const line of lines) {
    const [, name, value] = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*(.*?)[ \t]*$/.exec(line) ?? []
    if (name === undefined || value === undefined) return undefined
    const key = name.toLowerCase()
    const earlier = headers.get(key)
    headers.set(key, earlier === undefined ? value : `${earlier}, ${value}`)
  }
  return headers
}

function listed(value: string | undefined): readonly string[] {
  return (value ?? '').split(',').map((one) => one.trim().toLowerCase())
}

import { giveBack } from '@hufu/protocol/crypto'
import { HufuError, SOCKET_PATH, SUBPROTOCOL } from '@hufu/protocol/wire'

/** A socket that carries whole binary messages, in order. */
export interface Socket {
  /** Takes the array over: its memory may be freed once it is on its way. */
  send(message: Uint8Array): void
  /** Octets handed over and not yet on their way. */
  readonly unsent: number
  close(): void
}

export interface SocketHandlers {
  /** In a shell, where ciphers answer at once, its memory may be freed when this returns. */
  readonly message: (message: Uint8Array) => void
  /** Once, for whatever reason: `ERR_UNREACHABLE` or `ERR_NOT_HUFU` if it never opened, undefined if it did. */
  readonly closed: (error: HufuError | undefined) => void
}

/** Begins to open a socket to a server. Nothing may be sent before its first message has come: servers speak first. */
export type OpenSocket = (server: ServerAddress, handlers: SocketHandlers) => Socket

/** Where a server is, in the forms that are needed. */
export interface ServerAddress {
  /** As people write it: `https://hufu.example`. */
  readonly url: string
  /** Host and port as a Host header has them: what a hello is signed for. */
  readonly name: string
  readonly socketUrl: string
}

/**
 * Reads what a user gave as the server's address.
 *
 * @throws {HufuError} `ERR_USAGE` if it is no http or https URL.
 */
export function parseServer(text: string): ServerAddress {
  const url = URL.parse(/^[a-z]+:\/\//i.test(text) ? text : `http://${text}`)
  if (url === null || !/^(https?|wss?):$/.test(url.protocol))
    throw new HufuError('ERR_USAGE', `${text} is not the address of a server`)
  const secure = url.protocol === 'https:' || url.protocol === 'wss:'
  const base = url.pathname.replace(/\/+$/, '')
  return {
    url: `${secure ? 'https' : 'http'}://${url.host}${base}`,
    name: url.host,
    socketUrl: `${secure ? 'wss' : 'ws'}://${url.host}${base}${SOCKET_PATH}`,
  }
}

/** Octets in the largest message that is taken from a server. */
const MAX_MESSAGE_OCTETS = 2_097_152

/** The platform's own WebSocket, in Node and in browsers. */
export const openWebSocket: OpenSocket = (server, handlers) => {
  const socket = new WebSocket(server.socketUrl, SUBPROTOCOL)
  socket.binaryType = 'arraybuffer'
  let opened = false
  socket.onopen = () => {
    opened = true
  }
  socket.onmessage = (event) => {
    const data: unknown = event.data
    if (data instanceof ArrayBuffer && data.byteLength <= MAX_MESSAGE_OCTETS)
      handlers.message(new Uint8Array(data))
    else socket.close()
  }
  socket.onclose = () => {
    if (opened) handlers.closed(undefined)
    else void whyNot(server).then(handlers.closed)
  }
  socket.onerror = () => undefined // `close` follows, and says as much
  return {
    send(message) {
      socket.send(message as Uint8Array<ArrayBuffer>)
      giveBack(message) // it was copied just now
    },
    get unsent() {
      return socket.bufferedAmount
    },
    close: () => socket.close(),
  }
}

/** A socket tells nothing of why it did not open; whether anything answers there at all, fetch can tell. */
async function whyNot(server: ServerAddress): Promise<HufuError> {
  try {
    await fetch(`${server.url}/healthz`, { signal: AbortSignal.timeout(3_000), mode: 'no-cors' })
    return new HufuError('ERR_NOT_HUFU', `what answers at ${server.url} is not a hufu server`)
  } catch {
    return new HufuError('ERR_UNREACHABLE', `nothing answers at ${server.url}`)
  }
}

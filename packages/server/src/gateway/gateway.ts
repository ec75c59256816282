import { STATUS_CODES, type IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { SOCKET_PATH, SUBPROTOCOL, type ErrorCode } from '@hufu/protocol/wire'
import { WebSocketServer, type WebSocket } from 'ws'
import { admissionOf } from './admission.ts'
import { startConnection, type ConnectionPorts, type Socket, type Wire } from './connection.ts'
import { originIsAllowed } from './origin.ts'
import type { SourceOf } from './source.ts'

/** Where sockets come in. */
export interface Gateway {
  /** A request to upgrade, from node:http. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void
  /** Open connections, and those that have not said hello. */
  count(): number
  /** From now on nobody is let in. Everybody is told to come back in some random part of `spreadMs`, and closed. */
  drain(spreadMs: number): void
  /** Drops what is left. */
  terminate(): void
}

/** Chunks and fragments of one message that may wait to be joined: a message of 1 MiB in packets of 64 octets. */
const MOST_PIECES = 16_384

/** The gateway. Connections are handed to `ports.house`. */
export function gatewayTo(ports: ConnectionPorts, sourceOf: SourceOf): Gateway {
  const { config } = ports
  const admission = admissionOf(config.connections, config.connectionsPerSource)
  const open = new Map<Wire, WebSocket>()
  let draining = false
  const sockets = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: config.maxMessageOctets,
    maxFragments: MOST_PIECES,
    maxBufferedChunks: MOST_PIECES,
    skipUTF8Validation: true,
    handleProtocols: () => SUBPROTOCOL,
  })

  const accept = (webSocket: WebSocket, raw: Duplex, request: IncomingMessage): void => {
    const source = sourceOf(request.socket.remoteAddress ?? '', header(request, 'x-forwarded-for'))
    const leave = admission.admit(source)
    const from = { host: request.headers.host ?? '', source }
    const wire = startConnection(socketOver(webSocket, raw), from, ports)
    open.set(wire, webSocket)
    webSocket.on('message', (data, isBinary) => {
      // nothing of ours is text: the same fault as any other frame that is none
      if (isBinary && data instanceof Uint8Array) wire.receive(data)
      else wire.end('ERR_WIRE_FRAME')
    })
    webSocket.on('error', () => undefined) // 'close' follows, and says all
    webSocket.on('close', () => {
      open.delete(wire)
      leave?.()
      wire.closed()
    })
    if (leave === undefined) wire.end('ERR_CONNECTIONS')
  }

  return {
    upgrade(request, raw, head) {
      const fault = faultOfRequest(request, draining, config)
      if (fault !== undefined) return refuse(raw, fault)
      sockets.handleUpgrade(request, raw, head, (webSocket) => accept(webSocket, raw, request))
    },
    count: () => open.size,
    drain(spreadMs) {
      draining = true
      for (const wire of open.keys()) {
        wire.send({ type: 'drain', afterMs: Math.floor(Math.random() * (spreadMs + 1)) })
        wire.end('ERR_DRAINING' satisfies ErrorCode)
      }
    },
    terminate() {
      for (const webSocket of open.values()) webSocket.terminate()
    },
  }
}

/** The HTTP status of a request that may not become a connection. */
function faultOfRequest(
  request: IncomingMessage,
  draining: boolean,
  config: ConnectionPorts['config'],
): number | undefined {
  const path = (request.url ?? '').split('?', 1)[0]
  if (path !== SOCKET_PATH) return 404
  if (draining) return 503
  const protocols = (header(request, 'sec-websocket-protocol') ?? '').split(',')
  if (!protocols.some((protocol) => protocol.trim() === SUBPROTOCOL)) return 400
  const own = [request.headers.host ?? '', ...config.names]
  return originIsAllowed(request.headers.origin, own, config.origins) ? undefined : 403
}

function refuse(raw: Duplex, status: number): void {
  raw.on('error', () => raw.destroy())
  raw.once('finish', () => raw.destroy())
  raw.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`,
  )
}

function header(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name]
  return Array.isArray(value) ? value.join(',') : value
}

function socketOver(webSocket: WebSocket, raw: Duplex): Socket {
  return {
    write(pieces) {
      if (webSocket.readyState !== webSocket.OPEN) return
      // whole messages, past the library: it would copy, or take two writes for each
      raw.cork()
      for (const piece of pieces) raw.write(piece)
      raw.uncork()
    },
    unsent: () => webSocket.bufferedAmount,
    pause: () => webSocket.pause(),
    resume: () => webSocket.resume(),
    close: (code) => webSocket.close(code),
    terminate: () => webSocket.terminate(),
  }
}

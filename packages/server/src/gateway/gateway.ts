import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { ErrorCode } from '@hufu/protocol/wire'
import { admissionOf } from './admission.ts'
import { connectionsOf, type ConnectionPorts } from './connection.ts'
import { ServerSocket } from './socket.ts'
import type { SourceOf } from './source.ts'
import { agree, faultOfUpgrade, header, refuse } from './upgrade.ts'

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
  const connections = connectionsOf(ports)
  const limits = { octets: config.maxMessageOctets, pieces: MOST_PIECES }
  const open = new Map<Duplex, ServerSocket>()
  let draining = false

  // one function for all sockets, each found by itself: ten thousand sets of them would be as large as the rest
  function heard(this: Duplex, chunk: Buffer): void {
    open.get(this)?.take(chunk)
  }
  function ended(this: Duplex): void {
    open.get(this)?.ended()
  }
  function closed(this: Duplex): void {
    const socket = open.get(this)
    if (socket === undefined) return
    open.delete(this)
    if (socket.admitted) admission.leave(socket.wire.source)
    socket.wire.closed()
  }

  const accept = (raw: Duplex, head: Buffer, request: IncomingMessage): void => {
    const source = sourceOf(request.socket.remoteAddress ?? '', header(request, 'x-forwarded-for'))
    const admitted = admission.admit(source)
    const from = { host: request.headers.host ?? '', source }
    const socket = new ServerSocket(raw, limits, admitted, (self) => connections.start(self, from))
    open.set(raw, socket)
    raw.on('data', heard).on('end', ended).on('close', closed)
    if (!admitted) socket.wire.end('ERR_CONNECTIONS')
    if (head.length > 0) socket.take(head)
  }

  return {
    upgrade(request, raw, head) {
      const fault = draining ? 503 : faultOfUpgrade(request, config)
      if (fault !== undefined) return refuse(raw, fault)
      raw.on('error', ignore) // 'close' follows, and says all
      if ('setNoDelay' in request.socket) request.socket.setNoDelay(true)
      agree(request, raw)
      accept(raw, head, request)
    },
    count: () => open.size,
    drain(spreadMs) {
      draining = true
      for (const { wire } of open.values()) {
        wire.send({ type: 'drain', afterMs: Math.floor(Math.random() * (spreadMs + 1)) })
        wire.end('ERR_DRAINING' satisfies ErrorCode)
      }
    },
    terminate() {
      for (const socket of open.values()) socket.terminate()
    },
  }
}

function ignore(): void {}

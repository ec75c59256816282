import { randomBytes } from 'node:crypto'
import { connect } from 'node:net'

/** A WebSocket of a bot (RFC 6455): whole binary messages, and a mask of zeros. */
export interface BotSocket {
  send(message: Uint8Array): void
  close(): void
}

/** Where it dials. */
export interface At {
  readonly port: number
  readonly path: string
  readonly protocol: string
}

/** All sockets are read into this: what is read is heard at once, and a stream's own buffers are half of what a small read costs. */
const READ = Buffer.allocUnsafeSlow(65_536)
const HEAD_END = Buffer.from('\r\n\r\n')
const BINARY = 2

/** Dials 127.0.0.1; resolves once messages can be sent. `hear` gets views of what was read, and keeps none. */
export async function dial(
  at: At,
  hear: (message: Uint8Array) => void,
  lost: () => void,
): Promise<BotSocket> {
  const opened = Promise.withResolvers<void>()
  let isOpen = false
  /** The beginning of what has not come whole. */
  let rest: Buffer | undefined

  const take = (octets: Buffer): void => {
    let from = 0
    if (!isOpen) {
      const end = octets.indexOf(HEAD_END)
      if (end >= 0) {
        from = end + HEAD_END.length
        isOpen = true
        const [status] = octets.toString('latin1', 0, end).split('\r\n')
        if (status?.includes(' 101 ') === true) opened.resolve()
        else opened.reject(new Error(`no WebSocket: ${status}`))
      }
    }
    if (isOpen) from = messages(octets, from, hear)
    // a copy: the next read is into the same buffer
    rest = from === octets.length ? undefined : Buffer.from(octets.subarray(from))
  }
  const socket = connect({
    host: '127.0.0.1',
    port: at.port,
    noDelay: true,
    onread: {
      buffer: READ,
      callback(octets) {
        const chunk = READ.subarray(0, octets)
        take(rest === undefined ? chunk : Buffer.concat([rest, chunk]))
        return true
      },
    },
  })
  socket.on('error', opened.reject)
  socket.write(
    [
      `GET ${at.path} HTTP/1.1`,
      `Host: 127.0.0.1:${at.port}`,
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
      `Sec-WebSocket-Protocol: ${at.protocol}`,
      '\r\n',
    ].join('\r\n'),
  )
  await opened.promise
  socket.on('close', lost)
  let waiting: Buffer[] = []
  const flush = (): void => {
    const all = waiting
    waiting = []
    socket.write(all.length === 1 ? all[0]! : Buffer.concat(all))
  }
  return {
    send(message) {
      if (waiting.push(masked(message)) === 1) setImmediate(flush)
    },
    close() {
      socket.off('close', lost)
      socket.destroy()
    },
  }
}

/** Hears all whole messages from `start` on; the result is where the rest begins. */
function messages(octets: Buffer, start: number, hear: (message: Uint8Array) => void): number {
  let at = start
  while (octets.length >= at + 2) {
    let from = at + 2
    let length = octets[at + 1]!
    if (length === 126) {
      if (octets.length < at + 4) break
      length = octets.readUInt16BE(at + 2)
      from += 2
    } else if (length === 127) {
      if (octets.length < at + 10) break
      length = octets.readUInt32BE(at + 6)
      from += 8
    }
    const end = from + length
    if (end > octets.length) break
    if ((octets[at]! & 0x0f) === BINARY) hear(octets.subarray(from, end))
    at = end
  }
  return at
}

const MASKED = 0x80

function masked(message: Uint8Array): Buffer {
  const isLong = message.length > 125
  if (message.length > 0xffff) throw new Error('a bot says nothing so long')
  const start = isLong ? 8 : 6
  const octets = Buffer.alloc(start + message.length)
  octets[0] = 0x80 | BINARY
  octets[1] = MASKED | (isLong ? 126 : message.length)
  if (isLong) octets.writeUInt16BE(message.length, 2)
  octets.set(message, start)
  return octets
}

import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { unmask } from '../../packages/server/src/gateway/unmask.ts'
import type { Scope } from '../harness/scope.ts'
import { pageOf, RECEIVER, SENDER } from './least-pages.ts'
import { plainBrowser } from './plain-browser.ts'
import type { RandomFile } from './random-file.ts'

/** RFC 6455 §1.3. */
const ACCEPT = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'
/** Octets that may wait for the receiver. */
const MOST_WAITING = 4_000_000

/** Seconds that `file` takes from one fresh browser to another by the least pages, over the least server. */
export async function crossLeast(scope: Scope, file: RandomFile): Promise<number> {
  const relay = await startRelay()
  const [sender, receiver] = await Promise.all([plainBrowser(scope), plainBrowser(scope)])
  try {
    await Promise.all([sender.open(`${relay.url}/send`), receiver.open(`${relay.url}/receive`)])
    const ready = `new Promise((go) => { const look = () => document.title === 'ready' ? go() : setTimeout(look, 10); look() })`
    await Promise.all([sender.evaluate(ready), receiver.evaluate(ready)])
    await sender.choose(`document.querySelector('input')`, file.path)
    const started = performance.now()
    await Promise.all([receiver.evaluate(`receive(${file.octets})`), sender.evaluate('send()')])
    return (performance.now() - started) / 1_000
  } finally {
    await Promise.all([sender.close(), receiver.close()])
    await relay.close()
  }
}

/** Passes on what either of two sockets sends, unmasked and otherwise as it came. */
async function startRelay(): Promise<{ readonly url: string; close(): Promise<void> }> {
  const sockets = new Map<string, Duplex>()
  const server = createServer({ highWaterMark: 1_048_576 }, ({ url }, response) => {
    response.setHeader('content-type', 'text/html')
    response.end(pageOf(url === '/send' ? SENDER : RECEIVER))
  })
  server.on('upgrade', (request: IncomingMessage, socket: Duplex) => {
    const key = request.headers['sec-websocket-key'] ?? ''
    const accept = createHash('sha1')
      .update(key + ACCEPT)
      .digest('base64')
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
    )
    const side = request.url?.slice(1) ?? ''
    sockets.set(side, socket)
    socket.on('error', () => socket.destroy())
    passOn(socket, () => sockets.get(side === 'a' ? 'b' : 'a'))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      for (const socket of sockets.values()) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

function passOn(from: Duplex, target: () => Duplex | undefined): void {
  let head: Buffer = Buffer.alloc(0)
  let left = 0
  let phase = 0
  let mask: Uint8Array = new Uint8Array(4)
  from.on('data', (chunk: Buffer) => {
    const to = target()
    if (to === undefined) return
    to.cork()
    let rest = chunk
    while (rest.length > 0) {
      if (left > 0) {
        const part = rest.subarray(0, left)
        unmask(part, mask, phase)
        phase = (phase + part.length) & 3
        left -= part.length
        to.write(part)
        rest = rest.subarray(part.length)
        continue
      }
      head = Buffer.concat([head, rest])
      const short = head.length > 1 ? head[1]! & 127 : 0
      const octets = short < 126 ? 6 : short === 126 ? 8 : 14
      if (head.length < octets) break
      left =
        short < 126 ? short : short === 126 ? head.readUInt16BE(2) : Number(head.readBigUInt64BE(2))
      mask = Uint8Array.from(head.subarray(octets - 4, octets))
      phase = 0
      const unmasked = Buffer.from(head.subarray(0, octets - 4))
      unmasked[1] = short
      to.write(unmasked)
      rest = head.subarray(octets)
      head = Buffer.alloc(0)
    }
    to.uncork()
    if (to.writableLength < MOST_WAITING || from.isPaused()) return
    from.pause()
    to.once('drain', () => from.resume())
  })
}

import { createServer, connect, type Server, type Socket } from 'node:net'

/** A line between terminals and a server, of 127.0.0.1, that a test can cut, stall and alter. */
export interface Proxy {
  readonly origin: string
  /** Connections carried so far. */
  readonly carried: number
  /** Breaks every connection that is open now. */
  cut(): void
  /** From now on nothing passes in either direction, and nothing breaks. */
  stall(): void
  resume(): void
  close(): Promise<void>
}

/** What a proxy may do to octets on their way. `up`: from terminal to server. */
export type Twist = (octets: Buffer, direction: 'up' | 'down') => Buffer

/** A proxy before the server at `origin` (http://host:port). */
export async function proxyTo(origin: string, twist: Twist = (octets) => octets): Promise<Proxy> {
  const { hostname, port } = new URL(origin)
  const sockets = new Set<Socket>()
  let stalled = false
  let carried = 0

  const carry = (from: Socket, to: Socket, direction: 'up' | 'down'): void => {
    sockets.add(from)
    from.on('data', (octets) => {
      if (!to.write(twist(octets, direction))) {
        from.pause()
        to.once('drain', () => {
          if (!stalled) from.resume()
        })
      }
    })
    from.on('error', () => undefined)
    from.on('end', () => to.end())
    from.on('close', () => {
      sockets.delete(from)
      to.destroy()
    })
  }

  const server: Server = createServer((near) => {
    carried += 1
    const far = connect(Number(port), hostname)
    near.setNoDelay(true)
    far.setNoDelay(true)
    carry(near, far, 'up')
    carry(far, near, 'down')
    if (stalled) for (const socket of [near, far]) socket.pause()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return {
    origin: `http://127.0.0.1:${address.port}`,
    get carried() {
      return carried
    },
    cut() {
      for (const socket of sockets) socket.resetAndDestroy()
    },
    stall() {
      stalled = true
      for (const socket of sockets) socket.pause()
    },
    resume() {
      stalled = false
      for (const socket of sockets) socket.resume()
    },
    async close() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

import { createServer, connect as connectPlain, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'

/** A way to a server that begins at another address of this machine. */
export interface Elsewhere {
  /** `host:port` to dial, in plain http. */
  readonly name: string
  close(): Promise<void>
}

/** What a way leads to. */
export interface Target {
  /** An http or https origin. */
  readonly origin: string
  /** PEM of the authority to trust. */
  readonly ca: string
}

/**
 * A bridge for one request per connection: it dials `target` from the address `from`, by TLS if that is https, asks for
 * the host that is there, and says whom it comes for if `forwardedFor` is given.
 *
 * @param from an address of 127.0.0.0/8; every one of them is this machine (Linux)
 * @param forwardedFor called for each connection, for its X-Forwarded-For
 */
export async function elsewhere(
  from: string,
  target: Target,
  forwardedFor?: () => string,
): Promise<Elsewhere> {
  const { protocol, hostname, host, port } = new URL(target.origin)
  const to = { host: '127.0.0.1', port: Number(port), localAddress: from }
  const sockets = new Set<Socket>()
  const server = createServer((near) => {
    const far =
      protocol === 'https:'
        ? connectTls({ ...to, servername: hostname, ca: target.ca })
        : connectPlain(to)
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(socket)
      socket.on('error', () => undefined)
      socket.on('close', () => {
        sockets.delete(socket)
        other.destroy()
      })
    }
    near.once('data', (head) => {
      const claim = forwardedFor === undefined ? '' : `X-Forwarded-For: ${forwardedFor()}\r\n`
      const text = head.toString('latin1').replace(/^host: .*\r\n/im, `Host: ${host}\r\n${claim}`)
      far.write(text, 'latin1')
      near.pipe(far)
      far.pipe(near)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return {
    name: `127.0.0.1:${address.port}`,
    async close() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

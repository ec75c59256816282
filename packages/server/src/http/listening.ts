import type { Server } from 'node:http'
import { HufuError } from '@hufu/protocol/wire'
import type { Config } from '../config.ts'

/**
 * Has a server listen where the configuration says.
 *
 * @throws {HufuError} `ERR_LISTEN` if the address cannot be had.
 */
export function listen(
  http: Server,
  config: Pick<Config, 'listen' | 'connections'>,
): Promise<void> {
  const { host, port } = config.listen
  // those over the limit get a socket, to be told so; beyond that, nothing
  http.maxConnections = config.connections + Math.max(64, Math.ceil(config.connections / 10))
  return new Promise((resolve, reject) => {
    const fail = (cause: NodeJS.ErrnoException): void => {
      reject(new HufuError('ERR_LISTEN', listenFault(`${host}:${port}`, cause.code), { cause }))
    }
    http.once('error', fail)
    http.listen({ host, port }, () => {
      http.off('error', fail)
      resolve()
    })
  })
}

function listenFault(address: string, code: string | undefined): string {
  if (code === 'EADDRINUSE')
    return `${address} is in use: stop what listens there, or choose another with --listen HOST:PORT`
  if (code === 'EACCES')
    return `${address}: this user may not listen there; choose a port above 1023 with --listen HOST:PORT`
  return `${address}: cannot be listened on (${code ?? 'unknown'}); give --listen an address of this machine`
}

/** The host to put into a URL: an address that means "all" is no address to go to. */
export function urlHost(host: string): string {
  if (host === '0.0.0.0' || host === '::') return 'localhost'
  return host.includes(':') ? `[${host}]` : host
}

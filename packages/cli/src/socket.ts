import { readFile } from 'node:fs/promises'
import { HufuError, SUBPROTOCOL } from '@hufu/protocol/wire'
import type { OpenSocket, ServerAddress, Socket, SocketHandlers } from '@hufu/terminal'
import { WebSocket } from 'ws'
import { letGo, standsAlone } from './memory.ts'

/** Octets in the largest message that is taken from a server. */
const MAX_MESSAGE_OCTETS = 2_097_152
/** Milliseconds for the opening handshake. Our choice. */
const HANDSHAKE_MS = 10_000

/**
 * A terminal's sockets by ws. Node has a WebSocket of its own, but it loads a whole HTTP client at every start, and tells
 * nothing of why it did not open.
 *
 * @param authorities PEM certificates to trust, the platform's if undefined.
 */
export function socketsTrusting(authorities: readonly string[] | undefined): OpenSocket {
  const trust = authorities === undefined ? {} : { ca: [...authorities] }
  return (server, handlers) => open(server, handlers, trust)
}

/**
 * The authorities to trust: the platform's, and those in the PEM file at `path`.
 *
 * @throws {HufuError} `ERR_USAGE` if it cannot be read.
 */
export async function authoritiesWith(path: string): Promise<readonly string[]> {
  const { getCACertificates } = await import('node:tls')
  const pem = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new HufuError('ERR_USAGE', `--ca: ${path} cannot be read`, { cause })
  })
  return [...getCACertificates('default'), pem]
}

function open(
  server: ServerAddress,
  handlers: SocketHandlers,
  trust: { readonly ca?: string[] },
): Socket {
  const socket = new WebSocket(server.socketUrl, SUBPROTOCOL, {
    perMessageDeflate: false,
    maxPayload: MAX_MESSAGE_OCTETS,
    handshakeTimeout: HANDSHAKE_MS,
    skipUTF8Validation: true,
    // A mask keeps what a page may choose from being read as HTTP by a proxy. Nobody chooses what leaves here, and a mask of
    // zeros spares both ends a pass over every octet.
    generateMask: (mask) => mask.fill(0),
    ...trust,
  })
  let failure: HufuError | undefined
  let opened = false
  socket.binaryType = 'nodebuffer'
  socket.on('open', () => {
    opened = true
  })
  socket.on('message', (data, isBinary) => {
    if (!isBinary || !Buffer.isBuffer(data)) return socket.terminate()
    handlers.message(data)
    // It has been deciphered, or decoded, by now. One that does not stand alone may stand beside the next.
    if (standsAlone(data)) letGo(data)
  })
  socket.on('unexpected-response', () => {
    failure = new HufuError('ERR_NOT_HUFU', `what answers at ${server.url} is not a hufu server`)
    socket.terminate()
  })
  socket.on('error', (error: NodeJS.ErrnoException) => {
    failure ??= failureOf(error, server.url)
  })
  socket.on('close', () => handlers.closed(opened ? undefined : failure))
  return {
    // Messages are made to be sent, each in memory of its own.
    send: (message) => socket.send(message, { binary: true }, () => letGo(message)),
    get unsent() {
      return socket.bufferedAmount
    },
    close() {
      if (opened) socket.close()
      else socket.terminate()
    },
  }
}

function failureOf(error: NodeJS.ErrnoException, url: string): HufuError {
  const { code = '', message } = error
  if (/subprotocol|Sec-WebSocket|Unexpected server|Parse Error/i.test(message))
    return new HufuError('ERR_NOT_HUFU', `what answers at ${url} is not a hufu server`)
  const why = /CERT|SIGNED|ISSUER|ALTNAME/.test(code)
    ? `the certificate of ${url} is not trusted (${code}); one of the server’s own making is with --ca FILE`
    : code === 'ENOTFOUND' || code === 'EAI_AGAIN'
      ? `the name in ${url} cannot be resolved`
      : `nothing answers at ${url}`
  return new HufuError('ERR_UNREACHABLE', why, { cause: error })
}

import { connect, isIP, type OnReadOpts, type Socket as RawSocket } from 'node:net'
import { random } from '@hufu/protocol/crypto'
import { HufuError } from '@hufu/protocol/wire'
import type { OpenSocket, ServerAddress, Socket, SocketHandlers } from '@hufu/terminal'
import { letGo } from './memory.ts'
import { frameHead, frameReader } from './web-socket/frames.ts'
import { readAnswer, upgradeRequest } from './web-socket/handshake.ts'

/** Octets in the largest message that is taken from a server. */
const MAX_MESSAGE_OCTETS = 2_097_152
/** Octets that are read at once at most: a large message takes few reads. Our choice. */
const READ_OCTETS = 131_072
/** Milliseconds that a server may take to close its end after ours. Our choice. */
const CLOSING_MS = 5_000

/**
 * A terminal's sockets over TCP and TLS. Node has a WebSocket of its own, but it loads a whole HTTP client at every start,
 * and tells nothing of why it did not open.
 *
 * @param authorities PEM certificates to trust, the platform's if undefined.
 */
export function socketsTrusting(authorities: readonly string[] | undefined): OpenSocket {
  return (server, handlers) => open(server, handlers, authorities)
}

/**
 * The authorities to trust: the platform's, and those in the PEM file at `path`.
 *
 * @throws {HufuError} `ERR_USAGE` if it cannot be read.
 */
export async function authoritiesWith(path: string): Promise<readonly string[]> {
  const { getCACertificates } = await import('node:tls')
  const { readFile } = await import('node:fs/promises')
  const pem = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new HufuError('ERR_USAGE', `--ca: ${path} cannot be read`, { cause })
  })
  return [...getCACertificates('default'), pem]
}

function open(
  server: ServerAddress,
  handlers: SocketHandlers,
  authorities: readonly string[] | undefined,
): Socket {
  const url = new URL(server.socketUrl)
  const key = Buffer.from(random(16)).toString('base64')
  let at: 'asking' | 'open' | 'closing' = 'asking'
  let opened = false
  let heard: Buffer = Buffer.alloc(0)
  let failure: HufuError | undefined

  const frames = frameReader(MAX_MESSAGE_OCTETS, {
    message(octets) {
      if (at !== 'open') return
      handlers.message(octets)
      letGo(octets) // it has been deciphered, or decoded, by now
    },
    ping: (payload) => at === 'open' && write('pong', payload),
    over() {
      if (at === 'open') write('close', NOTHING)
      at = 'closing'
      raw.destroySoon()
    },
  })

  const answered = (octets: Uint8Array): void => {
    heard = Buffer.concat([heard, octets])
    const answer = readAnswer(heard, key)
    if (answer.is === 'cut') return
    if (answer.is === 'other') {
      failure = notHufu(server.url)
      at = 'closing'
      raw.destroy()
      return
    }
    at = 'open'
    opened = true
    frames(heard.subarray(answer.end))
    heard = Buffer.alloc(0)
  }

  const write = (opcode: Parameters<typeof frameHead>[0], payload: Uint8Array): void => {
    if (!raw.writable) return
    raw.cork()
    raw.write(frameHead(opcode, payload.length))
    // Messages are made to be sent, each in memory of its own.
    raw.write(payload, () => letGo(payload))
    raw.uncork()
  }

  const raw = rawSocket(url, authorities, (octets) => {
    if (at === 'asking') answered(octets)
    else if (at === 'open') frames(octets)
  })
  raw.once(url.protocol === 'wss:' ? 'secureConnect' : 'connect', () => {
    raw.write(upgradeRequest(url, key))
  })
  raw.on('error', (error: NodeJS.ErrnoException) => {
    failure ??= failureOf(error, server.url)
  })
  raw.on('close', () => {
    if (opened) return handlers.closed(undefined)
    const silent = heard.length === 0
    handlers.closed(failure ?? (silent ? unanswered(server.url) : notHufu(server.url)))
  })
  return {
    send(message) {
      if (at === 'open') write('binary', message)
    },
    get unsent() {
      return raw.writableLength
    },
    close() {
      if (at === 'open') {
        write('close', NOTHING)
        raw.end()
        raw.setTimeout(CLOSING_MS, () => raw.destroy())
      } else if (at === 'asking') raw.destroy()
      at = 'closing'
    },
  }
}

const NOTHING = new Uint8Array(0)

/** Everything is read into the same memory: `take` keeps none of it. */
function rawSocket(
  url: URL,
  authorities: readonly string[] | undefined,
  take: (octets: Uint8Array) => void,
): RawSocket {
  const onread: OnReadOpts = {
    buffer: Buffer.allocUnsafeSlow(READ_OCTETS),
    callback(octets, memory) {
      take(memory.subarray(0, octets))
      return true
    },
  }
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const isSecure = url.protocol === 'wss:'
  const port = url.port === '' ? (isSecure ? 443 : 80) : Number(url.port)
  if (!isSecure) return connect({ host, port, onread }).setNoDelay(true)
  // Loaded only here: a plain connection would pay for it with a tenth of its processor time.
  const tls = process.getBuiltinModule('node:tls')
  const secured = {
    host,
    port,
    onread,
    ...(isIP(host) === 0 ? { servername: host } : {}),
    ALPNProtocols: ['http/1.1'],
    ...(authorities === undefined ? {} : { ca: [...authorities] }),
  }
  return tls.connect(secured).setNoDelay(true)
}

function failureOf(error: NodeJS.ErrnoException, url: string): HufuError {
  const { code = '' } = error
  const why = /CERT|SIGNED|ISSUER|ALTNAME/.test(code)
    ? `the certificate of ${url} is not trusted (${code}); one of the server’s own making is with --ca FILE`
    : code === 'ENOTFOUND' || code === 'EAI_AGAIN'
      ? `the name in ${url} cannot be resolved`
      : `nothing answers at ${url}`
  return new HufuError('ERR_UNREACHABLE', why, { cause: error })
}

function unanswered(url: string): HufuError {
  return new HufuError('ERR_UNREACHABLE', `nothing answers at ${url}`)
}

function notHufu(url: string): HufuError {
  return new HufuError('ERR_NOT_HUFU', `what answers at ${url} is not a hufu server`)
}

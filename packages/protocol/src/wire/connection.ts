import { ed25519, equal, sha256, utf8, type Random, type SigningKey } from '../crypto/index.ts'
import { bytes, list, message, string, uint, type MessageOf } from './schema.ts'
import { statementOctets } from './statement.ts'

/*
 * The first messages of every connection, and those that keep it alive. Tags 0–15.
 *
 *   server    challenge    versions, server id, boot id, nonce
 *   terminal  hello        version, its key, its nonce, the server's name as it dialled it, a signature over all of it
 *   server    welcome      what the terminal is known as, and the rhythm of pings
 */

/** The wire versions that this code speaks. */
export const VERSIONS: readonly number[] = [1]
/** The WebSocket subprotocol, and the path it is served at. */
export const SUBPROTOCOL = 'hufu.1'
export const SOCKET_PATH = '/socket'
/** Octets of a nonce in hello. */
export const HELLO_NONCE_OCTETS = 32
/** Octets of a communication ID (SHA-256). */
export const TERMINAL_ID_OCTETS = 32
/** Octets of the id of a server, kept with its data. */
export const SERVER_ID_OCTETS = 16

const MAX_U32 = 0xffffffff
const version = uint(255)
const errorCode = string(64)

export const Challenge = message('challenge', 0, {
  versions: list(version, 16),
  serverId: bytes(SERVER_ID_OCTETS),
  /** Differs after every start of the server: what it kept in memory is gone. */
  bootId: bytes(8),
  nonce: bytes(HELLO_NONCE_OCTETS),
})
export const Hello = message('hello', 1, {
  version,
  terminalKey: bytes(32),
  nonce: bytes(HELLO_NONCE_OCTETS),
  serverName: string(255),
  proof: bytes(64),
})
export const Welcome = message('welcome', 2, {
  terminalId: bytes(TERMINAL_ID_OCTETS),
  /** Milliseconds: the terminal pings when it has sent nothing for so long, and gives up after twice as long in silence. */
  heartbeatMs: uint(MAX_U32),
})
export const Ping = message('ping', 3, { count: uint(MAX_U32) })
export const Pong = message('pong', 4, { count: uint(MAX_U32) })
/** The server is about to stop: connect again in `afterMs`. */
export const Drain = message('drain', 5, { afterMs: uint(MAX_U32) })
/** The connection ends, and why. Sent before the socket is closed. */
export const Ended = message('ended', 6, { code: errorCode })
/** The request that the terminal numbered `ref` was refused. */
export const Refused = message('refused', 7, { ref: uint(MAX_U32), code: errorCode })

export const connectionFromTerminal = [Hello, Ping] as const
export const connectionFromServer = [Challenge, Welcome, Pong, Drain, Ended, Refused] as const

/** The communication ID of the terminal whose Ed25519 key (32 octets) this is: 32 octets. */
export function terminalIdOf(terminalKey: Uint8Array): Uint8Array {
  return sha256(utf8('hufu/1 terminal'), terminalKey)
}

/** The terminal's answer to a challenge. `serverName` is the host and port that it dialled. */
export function answerChallenge(
  challenge: MessageOf<typeof Challenge>,
  key: SigningKey,
  serverName: string,
  random: Random,
): MessageOf<typeof Hello> {
  const hello = {
    version: VERSIONS[0]!,
    terminalKey: key.publicKey,
    nonce: random(HELLO_NONCE_OCTETS),
    serverName,
  }
  const proof = key.sign(proved(challenge, hello))
  return { type: 'hello', ...hello, proof }
}

/** True if `hello` proves that its sender holds the terminal key it names, freshly, to this server. */
export function helloIsProved(
  challenge: MessageOf<typeof Challenge>,
  hello: MessageOf<typeof Hello>,
): boolean {
  return ed25519.verify(hello.terminalKey, proved(challenge, hello), hello.proof)
}

/** True if the two communication IDs are the same. */
export function sameTerminal(a: Uint8Array, b: Uint8Array): boolean {
  return equal(a, b)
}

function proved(
  challenge: MessageOf<typeof Challenge>,
  hello: Omit<MessageOf<typeof Hello>, 'type' | 'proof'>,
): Uint8Array {
  return statementOctets({
    purpose: 'connect',
    role: 'terminal',
    server: hello.serverName,
    users: [],
    certificates: [],
    terminal: terminalIdOf(hello.terminalKey),
    session: challenge.serverId,
    nonces: [challenge.nonce, hello.nonce],
    suites: [`hufu.${hello.version}`],
    payload: sha256(...challenge.versions.map((v) => Uint8Array.of(v)), challenge.bootId),
  })
}

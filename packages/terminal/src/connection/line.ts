import { ed25519, random, type Random, type Secret, type SigningKey } from '@hufu/protocol/crypto'
import type { HufuError } from '@hufu/protocol/wire'
import { systemClock, type Clock } from '../clock.ts'
import { connect, type Connection, type ConnectionHandlers } from './connection.ts'
import type { FromServer, Messages } from './messages.ts'
import { openWebSocket, parseServer, type OpenSocket, type ServerAddress } from './socket.ts'

/**
 * One connection of a terminal that several ceremonies share: a terminal can have only one, and whoever is signed in at it
 * is also rung at it.
 */
export interface Line {
  readonly server: ServerAddress
  /** The terminal's key, and its communication ID. */
  readonly key: SigningKey
  readonly terminal: Uint8Array
  readonly clock: Clock
  readonly random: Random
  /** How further sockets to the same server are opened. */
  readonly openSocket: OpenSocket
  /**
   * A share in the connection. Everything that the server says reaches every share; each knows its own by its numbers.
   * `handlers.open` is called a moment later if it is open already; `close` gives up the share only.
   */
  share(handlers: ConnectionHandlers): Connection
  /** Closes the connection under all shares; none is told. */
  close(): void
}

export interface LineOptions {
  /** URL of the server. */
  readonly server: string
  /** Seed of the terminal's key, 32 octets; a key of its own if there is none. */
  readonly terminalSeed?: Secret
  /** What may be said over it. */
  readonly messages: Messages
  readonly ports?: Partial<LinePorts>
}

/** The outside world of a connection; each has the platform's own as default. */
export interface LinePorts {
  readonly clock: Clock
  readonly random: Random
  readonly openSocket: OpenSocket
}

interface Share {
  readonly handlers: ConnectionHandlers
  /** Whether it knows that the connection is open. */
  told: boolean
}

/**
 * Begins to connect.
 *
 * @throws {HufuError} `ERR_USAGE` if the server's address is none.
 */
export function openLine(options: LineOptions): Line {
  const { ports = {} } = options
  const server = parseServer(options.server)
  const clock = ports.clock ?? systemClock
  const rng = ports.random ?? random
  const openSocket = ports.openSocket ?? openWebSocket
  const seed = options.terminalSeed
  const key = seed === undefined ? ed25519.generate(rng) : ed25519.fromSecret(seed.expose())
  const shares = new Set<Share>()
  let failed: HufuError | undefined

  const each = (act: (share: Share) => void): void => {
    for (const share of shares) act(share)
  }
  const open = (share: Share, fresh: boolean): void => {
    share.told = true
    share.handlers.open(fresh)
  }

  const connection = connect({
    server,
    key,
    random: rng,
    clock,
    openSocket,
    messages: options.messages,
    handlers: {
      open: (fresh) => each((share) => open(share, fresh)),
      lost: (retryMs, why) =>
        each((share) => {
          share.told = false
          share.handlers.lost(retryMs, why)
        }),
      message: (message: FromServer) => each(({ handlers }) => handlers.message(message)),
      data: (session, sender, payload) =>
        each(({ handlers }) => handlers.data(session, sender, payload)),
      closed(error) {
        failed = error
        each(({ handlers }) => handlers.closed(error))
        shares.clear()
      },
    },
  })

  /** What a share has missed. */
  const catchUp = (share: Share): void => {
    if (!shares.has(share)) return
    if (failed !== undefined) {
      shares.delete(share)
      share.handlers.closed(failed)
    } else if (connection.open && !share.told) open(share, true)
  }

  return {
    server,
    key,
    terminal: connection.terminal,
    clock,
    random: rng,
    openSocket,
    share(handlers) {
      const share: Share = { handlers, told: false }
      shares.add(share)
      queueMicrotask(() => catchUp(share))
      return {
        terminal: connection.terminal,
        get serverId() {
          return connection.serverId
        },
        get open() {
          return shares.has(share) && connection.open
        },
        get unsent() {
          return connection.unsent
        },
        nextRef: () => connection.nextRef(),
        send: (message) => shares.has(share) && connection.send(message),
        sendData: (session, roomy, to) =>
          shares.has(share) && connection.sendData(session, roomy, to),
        close: () => void shares.delete(share),
      }
    },
    close() {
      shares.clear()
      connection.close()
    },
  }
}

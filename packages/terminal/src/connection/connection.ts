import type { Random, SigningKey } from '@hufu/protocol/crypto'
import {
  after,
  answerChallenge,
  controlFrame,
  dataFrameHead,
  DATA_ROOM_OCTETS,
  HufuError,
  errorCodeOf,
  MAX_CONTROL_OCTETS,
  splitFrames,
  terminalIdOf,
  TO_ALL,
  VERSIONS,
  type ErrorCode,
  type Frame,
  type Ms,
} from '@hufu/protocol/wire'
import type { Clock } from '../clock.ts'
import { backoffMs } from './backoff.ts'
import { PAIR_MESSAGES, type FromServer, type FromTerminal, type Messages } from './messages.ts'
import type { OpenSocket, ServerAddress, Socket } from './socket.ts'

/*
 * A terminal's connection to its server: hello, pings, and a new try whenever it is lost.
 *
 *   dialling ─ challenge ─→ greeting ─ welcome ─→ open ─ lost ─→ waiting ─→ dialling …
 *      └─ the very first try fails (unless it is patient), or the server refuses this terminal ─→ closed
 */

/** Milliseconds for socket and hello together. Our choice. */
const GREETING_MS = 15_000
/** A timer later than this was held up, and so was whatever the socket has brought meanwhile. Our choice. */
const ASLEEP_MS = 1_000
/** So long is taken to read that, before the server is taken for silent. Our choice. */
const CATCH_UP_MS = 1_000

export interface ConnectionHandlers {
  /** Connected (again). `fresh`: the server has been started anew since the last time, or it is the first time. */
  readonly open: (fresh: boolean) => void
  /** The connection is lost, and why; the next try comes in so many milliseconds. */
  readonly lost: (retryMs: number, why: HufuError) => void
  readonly message: (message: FromServer) => void
  readonly data: (session: number, sender: number, payload: Uint8Array) => void
  /** No further try will be made. */
  readonly closed: (error: HufuError) => void
}

export interface ConnectionOptions {
  readonly server: ServerAddress
  readonly key: SigningKey
  readonly random: Random
  readonly clock: Clock
  readonly openSocket: OpenSocket
  readonly handlers: ConnectionHandlers
  /** What is said over it, where that is more than pairing needs. */
  readonly messages?: Messages
  /** The server is known to be one: the first try fails for no other reason than later ones, and is repeated as they are. */
  readonly patient?: boolean
}

export interface Connection {
  /** This terminal's communication ID. */
  readonly terminal: Uint8Array
  /** The id that the server announced; empty before the first welcome. */
  readonly serverId: Uint8Array
  readonly open: boolean
  /** Octets handed over and not yet on their way. */
  readonly unsent: number
  /** A number for what this terminal begins: no other ceremony on this connection has it. */
  nextRef(): number
  /** Sends a control message; false if there is no connection. */
  send(message: FromTerminal): boolean
  /**
   * Sends a session's octets, which come behind {@link DATA_ROOM_OCTETS} free ones and are taken over; false if there is
   * no connection. `to`: what `toMember` says, where they are for one member alone.
   */
  sendData(session: number, roomy: Uint8Array, to?: number): boolean
  close(): void
}

/** What a server may end a connection with so that trying again at once, or at all, is of no use. */
const FINAL: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'ERR_VERSION',
  'ERR_HELLO_PROOF',
  'ERR_HELLO_NAME',
  'ERR_REPLACED',
  'ERR_CONNECTIONS',
])

/** Begins to connect. Everything that comes of it reaches `handlers`. */
export function connect(options: ConnectionOptions): Connection {
  const {
    server,
    key,
    random,
    clock,
    handlers,
    messages = PAIR_MESSAGES,
    patient = false,
  } = options
  const terminal = terminalIdOf(key.publicKey)
  let at: 'dialling' | 'greeting' | 'open' | 'waiting' | 'closed' = 'dialling'
  let socket: Socket | undefined
  let generation = 0
  let attempt = 0
  let opened = false
  let serverId: Uint8Array = new Uint8Array(0)
  let bootId = ''
  let announced: Uint8Array = serverId
  let announcedBoot = ''
  let retryAfter: number | undefined
  let heartbeatMs = 0
  let sentAt = 0 as Ms
  let heardAt = 0 as Ms
  let pings = 0
  let refs = 0
  let cancelTimer: () => void = () => undefined

  const finish = (error: HufuError): void => {
    if (at === 'closed') return
    at = 'closed'
    cancelTimer()
    generation += 1
    socket?.close()
    socket = undefined
    handlers.closed(error)
  }

  const wait = (why: HufuError): void => {
    const retryMs = retryAfter ?? backoffMs(attempt, random)
    retryAfter = undefined
    attempt += 1
    at = 'waiting'
    cancelTimer()
    cancelTimer = clock.wake(after(clock.now(), retryMs), dial)
    handlers.lost(retryMs, why)
  }

  const drop = (error: HufuError): void => {
    generation += 1
    socket?.close()
    socket = undefined
    if (at === 'closed') return
    if ((!opened && !patient) || FINAL.has(error.code)) finish(error)
    else wait(error)
  }

  /** Looks at that time whether the server has said something. `isLate`: what has arrived is not read yet. */
  const look = (at: Ms, act: (isLate: boolean) => void): void => {
    cancelTimer()
    cancelTimer = clock.wake(at, () => act(clock.now() - at > ASLEEP_MS))
  }

  const write = (frame: Uint8Array): void => {
    sentAt = clock.now()
    socket?.send(frame)
  }

  const send = (message: FromTerminal): void =>
    write(controlFrame(messages.terminal.encode(message)))

  const beat = (isLate: boolean): void => {
    const now = clock.now()
    const isSilent = now - heardAt >= heartbeatMs * 2
    if (isSilent && !isLate) return drop(new HufuError('ERR_UNREACHABLE', 'the server fell silent'))
    if (now - sentAt >= heartbeatMs || now - heardAt >= heartbeatMs) {
      pings = (pings + 1) % 0x1_0000_0000
      send({ type: 'ping', count: pings })
    }
    // once: where timers are always late, the answer to this ping comes before the next
    if (isSilent) look(after(now, CATCH_UP_MS), () => beat(false))
    else look(after(now, heartbeatMs / 2), beat)
  }

  const control = (message: FromServer): void => {
    if (message.type === 'ended') {
      const code = errorCodeOf(message.code, 'ERR_WIRE_UNEXPECTED')
      return drop(new HufuError(code, `the server ended the connection: ${code}`))
    }
    if (at !== 'open') return greeting(message)
    if (message.type === 'pong') return
    if (message.type === 'drain') {
      retryAfter = message.afterMs
      return drop(new HufuError('ERR_DRAINING', 'the server is being restarted'))
    }
    handlers.message(message)
  }

  const greeting = (message: FromServer): void => {
    if (message.type === 'challenge' && at === 'dialling') {
      at = 'greeting'
      if (!message.versions.some((version) => VERSIONS.includes(version)))
        return finish(new HufuError('ERR_VERSION', 'the server speaks another version'))
      announced = message.serverId
      announcedBoot = message.bootId.join()
      return send(answerChallenge(message, key, server.name, random))
    }
    if (message.type !== 'welcome' || at !== 'greeting')
      return drop(new HufuError('ERR_WIRE_UNEXPECTED', 'the server speaks out of turn'))
    const fresh = announcedBoot !== bootId
    serverId = announced
    bootId = announcedBoot
    heartbeatMs = Math.max(1_000, message.heartbeatMs)
    at = 'open'
    opened = true
    attempt = 0
    look(after(clock.now(), heartbeatMs / 2), beat)
    handlers.open(fresh)
  }

  const frame = (received: Frame): void => {
    if (received.type === 'data') {
      if (at === 'open') handlers.data(received.session, received.sender, received.payload)
      return
    }
    const decoded = messages.server.decode(received.body)
    if (decoded.ok) control(decoded.value)
    else drop(new HufuError(decoded.code, 'the server sent what is no message'))
  }

  const received = (mine: number, message: Uint8Array): void => {
    heardAt = clock.now()
    const frames = splitFrames(message, MAX_CONTROL_OCTETS)
    if (!frames.ok) return drop(new HufuError(frames.code, 'the server sent what is no frame'))
    for (const one of frames.value) {
      if (mine !== generation) return
      frame(one)
    }
  }

  const dial = (): void => {
    at = 'dialling'
    generation += 1
    const mine = generation
    const isMine = (): boolean => mine === generation && at !== 'closed'
    heardAt = clock.now()
    const giveUp = (): void => {
      if (isMine()) drop(new HufuError('ERR_UNREACHABLE', `${server.url} does not answer`))
    }
    look(after(clock.now(), GREETING_MS), (isLate) =>
      isLate ? look(after(clock.now(), CATCH_UP_MS), giveUp) : giveUp(),
    )
    socket = options.openSocket(server, {
      message: (message) => {
        if (isMine()) received(mine, message)
      },
      closed: (error) => {
        if (isMine()) drop(error ?? new HufuError('ERR_UNREACHABLE', 'the connection was lost'))
      },
    })
  }

  dial()
  return {
    terminal,
    get serverId() {
      return serverId
    },
    get open() {
      return at === 'open'
    },
    get unsent() {
      return socket?.unsent ?? 0
    },
    nextRef: () => (refs += 1),
    send(message) {
      if (at !== 'open') return false
      send(message)
      return true
    },
    sendData(session, roomy, to = TO_ALL) {
      if (at !== 'open') return false
      roomy.set(dataFrameHead(session, to, roomy.length - DATA_ROOM_OCTETS))
      write(roomy)
      return true
    },
    close() {
      if (at === 'closed') return
      at = 'closed'
      generation += 1
      cancelTimer()
      socket?.close()
      socket = undefined
    },
  }
}

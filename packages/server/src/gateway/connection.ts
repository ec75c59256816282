import { hex, random } from '@hufu/protocol/crypto'
import {
  after,
  controlFrame,
  dataFrameHead,
  splitFrames,
  terminalIdOf,
  type Challenge,
  type ErrorCode,
  type Frame,
  type Hello,
  type MessageOf,
} from '@hufu/protocol/wire'
import type { Clock } from '../clock.ts'
import type { Config } from '../config.ts'
import {
  serverMessages,
  terminalMessages,
  type ServerMessage,
  type TerminalMessage,
} from '../messages.ts'
import type { Connection, Room } from '../relay/connection.ts'
import { closeCodeOf } from './closing.ts'
import { faultOfHello, makeChallenge, type ServerIdentity } from './hello.ts'
import { bucket } from './rate.ts'
import { writerTo, type Sink } from './writer.ts'

/*
 * One connection, from its first octet to its last.
 *
 *   greeting ─ good hello ─→ open ─ any fault, silence, end ─→ over
 *      └─ bad hello, anything else, late ───────────────────────┘
 */

/** The socket of a connection, as small as it can be. */
export interface Socket extends Sink {
  pause(): void
  resume(): void
  /** Starts the closing handshake. */
  close(code: number): void
  /** Drops it. */
  terminate(): void
}

/** A message for the rooms behind the gateway. */
export type RoomMessage = Exclude<TerminalMessage, { readonly type: 'hello' | 'ping' }>

/** The rooms behind the gateway. */
export interface House extends Room {
  /** Messages of one connection come one at a time: the next when this has settled. */
  receive(connection: Connection, message: RoomMessage): void | Promise<void>
  /** The result: milliseconds for which the connection has to be read no further, mostly 0. */
  data(connection: Connection, handle: number, payload: Uint8Array): number
}

export interface ConnectionPorts {
  readonly config: Config
  readonly clock: Clock
  readonly server: ServerIdentity
  readonly house: House
  /** A connection has ended with this code. */
  readonly ended: (code: ErrorCode, wasOpen: boolean) => void
  /** A room failed at a message: a fault of ours. */
  readonly failed: (error: unknown) => void
}

/** What the socket tells the connection. */
export interface Wire {
  /** One binary WebSocket message. Any octets: what is wrong with them ends the connection with a code. */
  receive(message: Uint8Array): void
  /** The socket is closed. */
  closed(): void
  /** Ends the connection from this side. */
  end(code: ErrorCode): void
  /** Sends a message; ignored when the connection is over. */
  send(message: ServerMessage): void
}

type State =
  | { readonly at: 'greeting'; readonly challenge: MessageOf<typeof Challenge> }
  | { readonly at: 'open'; readonly connection: Connection }
  | { readonly at: 'over' }

/** Starts a connection: sends the challenge and waits. `from`: the request's Host header and its source. */
export function startConnection(
  socket: Socket,
  from: { readonly host: string; readonly source: string },
  ports: ConnectionPorts,
): Wire {
  const { config, clock, house } = ports
  const challenge = makeChallenge(ports.server)
  const controls = bucket(config.controlPerSecond, config.controlBurst, clock.now())
  const data = bucket(config.dataOctetsPerSecond, config.dataOctetsPerSecond, clock.now())
  const waiting: RoomMessage[] = []
  let busy = false
  let state: State = { at: 'greeting', challenge }
  let heard = clock.now()
  let cancelWatch: (() => void) | undefined
  let cancelDrop: (() => void) | undefined
  const limits = { messageOctets: config.maxMessageOctets, unsentOctets: config.unsentOctets }
  const writer = writerTo(socket, limits, () => end('ERR_SLOW_READER'))

  const send = (message: ServerMessage): void => {
    if (state.at !== 'over') writer.push(controlFrame(serverMessages.encode(message)))
  }

  const over = (): Connection | undefined => {
    const connection = state.at === 'open' ? state.connection : undefined
    state = { at: 'over' }
    cancelWatch?.()
    waiting.length = 0
    // not from here: whoever made it end may be in the middle of a walk over its members
    if (connection !== undefined) queueMicrotask(() => house.lost(connection))
    return connection
  }

  const end = (code: ErrorCode): void => {
    if (state.at === 'over') return
    const wasOpen = over() !== undefined
    writer.finish(controlFrame(serverMessages.encode({ type: 'ended', code })))
    socket.close(closeCodeOf(code))
    // whoever does not read, or does not close its side, is not waited for
    cancelDrop = clock.wake(after(clock.now(), config.closingMs), () => socket.terminate())
    ports.ended(code, wasOpen)
  }

  const greet = (hello: MessageOf<typeof Hello>): void => {
    const fault = faultOfHello(hello, challenge, ports.server, from.host)
    if (fault !== undefined) return end(fault)
    const connection: Connection = {
      id: hex(random(8)),
      terminal: terminalIdOf(hello.terminalKey),
      source: from.source,
      send,
      sendData(handle, sender, payload) {
        if (state.at === 'over') return
        writer.push(dataFrameHead(handle, sender, payload.length), payload)
      },
      sendFrame(frame) {
        if (state.at !== 'over') writer.push(frame)
      },
      sendMessage(message) {
        if (state.at !== 'over') writer.pushMessage(message)
      },
      end,
    }
    state = { at: 'open', connection }
    watch(config.deadAfterMs, 'ERR_IDLE')
    send({
      type: 'welcome',
      terminalId: connection.terminal,
      heartbeatMs: config.heartbeatMs,
    })
    house.opened(connection)
  }

  const control = (body: Uint8Array): void => {
    if (!controls.take(1, clock.now())) return end('ERR_RATE')
    const decoded = terminalMessages.decode(body, config.maxControlOctets)
    if (!decoded.ok) return end(decoded.code)
    const message = decoded.value
    if (message.type === 'hello')
      return state.at === 'greeting' ? greet(message) : end('ERR_WIRE_UNEXPECTED')
    if (state.at !== 'open') return end('ERR_WIRE_UNEXPECTED')
    if (message.type === 'ping') return send({ type: 'pong', count: message.count })
    if (waiting.length >= config.controlBurst) return end('ERR_BUSY')
    if (busy) waiting.push(message)
    else handle(state.connection, message)
  }

  const handle = (connection: Connection, message: RoomMessage): void => {
    const outcome = house.receive(connection, message)
    if (outcome === undefined) return
    busy = true
    void settle(connection, outcome)
  }

  const settle = async (connection: Connection, outcome: Promise<void>): Promise<void> => {
    try {
      await outcome
    } catch (error) {
      fail(error)
    }
    busy = false
    advance(connection)
  }

  const advance = (connection: Connection): void => {
    const next = busy ? undefined : waiting.shift()
    if (next === undefined) return
    handle(connection, next)
    advance(connection)
  }

  const fail = (error: unknown): void => {
    ports.failed(error)
    end('ERR_INTERNAL')
  }

  /** Milliseconds to pause for. */
  const frameIn = (frame: Frame): number => {
    if (frame.type === 'control') control(frame.body)
    else if (state.at === 'open') return house.data(state.connection, frame.session, frame.payload)
    else end('ERR_WIRE_UNEXPECTED')
    return 0
  }

  /** Ends the connection with `code` once it has been silent for `ms`. */
  const watch = (ms: number, code: ErrorCode): void => {
    cancelWatch?.()
    const start = heard
    cancelWatch = clock.wake(after(heard, ms), () => {
      if (heard === start || code !== 'ERR_IDLE') end(code)
      else watch(ms, code)
    })
  }

  watch(config.helloMs, 'ERR_HELLO_TIMEOUT')
  send(challenge)
  return {
    receive(message) {
      if (state.at === 'over') return
      const now = clock.now()
      heard = now
      const frames = splitFrames(message, config.maxControlOctets)
      if (!frames.ok) return end(frames.code)
      let debtMs = data.spend(message.length, now)
      try {
        for (const frame of frames.value) debtMs = Math.max(debtMs, frameIn(frame))
      } catch (error) {
        return fail(error)
      }
      if (debtMs === 0 || stateIsOver()) return
      socket.pause()
      clock.wake(after(now, debtMs), () => socket.resume())
    },
    closed() {
      cancelDrop?.()
      if (state.at !== 'over') over()
    },
    end,
    send,
  }

  function stateIsOver(): boolean {
    return state.at === 'over'
  }
}

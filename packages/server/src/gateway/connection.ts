import { random } from '@hufu/protocol/crypto'
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
  type Ms,
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
import { deadlinesOf, type Deadlines, type Waiting } from './deadlines.ts'
import { hold, isLent, letGo } from './lent.ts'
import { bucket, type Bucket } from './rate.ts'
import { inThisTurn } from './turn.ts'
import { writerTo, type Sink, type Writer, type WriterLimits } from './writer.ts'

/*
 * One connection, from its first octet to its last.
 *
 *   greeting ─ good hello ─→ open ─ any fault, silence, end ─→ over
 *      └─ bad hello, anything else, late ───────────────────────┘
 */

/** The socket of a connection, as small as it can be. */
export interface Socket {
  /** Sends these octets in one write. */
  write(pieces: readonly Uint8Array[]): void
  /** Octets that were written and have not left yet. */
  unsent(): number
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
  data(connection: Connection, handle: number, payload: Uint8Array, to: number): number
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
  /** Where it comes from, as limits see it. */
  readonly source: string
  /** One binary WebSocket message. Any octets: what is wrong with them ends the connection with a code. */
  receive(message: Uint8Array): void
  /** What comes is no WebSocket any longer, or too much: to be closed with this code of RFC 6455. */
  broken(closeCode: number): void
  /** The socket is closed. */
  closed(): void
  /** Ends the connection from this side. */
  end(code: ErrorCode): void
  /** Sends a message; ignored when the connection is over. */
  send(message: ServerMessage): void
}

/** Starts connections: sends the challenge and waits. */
export interface Connections {
  /** `from`: the request's Host header and its source. */
  start(socket: Socket, from: { readonly host: string; readonly source: string }): Wire
}

/** Connections of one gateway. */
export function connectionsOf(ports: ConnectionPorts): Connections {
  const { clock, config } = ports
  const shared: SharedPorts = {
    ...ports,
    limits: { messageOctets: config.maxMessageOctets, unsentOctets: config.unsentOctets },
    nameOf: sameTexts(),
    greeting: deadlinesOf(clock, config.helloMs),
    silent: deadlinesOf(clock, config.deadAfterMs),
  }
  return { start: (socket, from) => new Line(socket, from, shared) }
}

/** What all connections have in common. */
interface SharedPorts extends ConnectionPorts {
  readonly limits: WriterLimits
  /** One text for all that are equal. */
  readonly nameOf: (name: string) => string
  readonly greeting: Deadlines
  readonly silent: Deadlines
}

type DataFrame = Extract<Frame, { readonly type: 'data' }>

type State =
  | {
      readonly at: 'greeting'
      readonly challenge: MessageOf<typeof Challenge>
      readonly host: string
    }
  | typeof OPEN
  | typeof OVER

const OPEN = { at: 'open' } as const
const OVER = { at: 'over' } as const

/** Where a terminal's id is before it has proved one. */
const NOBODY = new Uint8Array(0)

/**
 * A class, and one object for the socket, the rooms and the timers: there are ten thousand of them that do nothing, and
 * each function of their own would be some 60 octets more in every one.
 */
class Line implements Wire, Connection, Sink, Waiting {
  id = ''
  terminal: Uint8Array = NOBODY
  serverName = ''
  readonly source: string
  since: Ms
  readonly #ports: SharedPorts
  readonly #socket: Socket
  readonly #writer: Writer
  readonly #controls: Bucket
  /** Made at the first data: many a connection never has any. */
  #data: Bucket | undefined
  #state: State
  /** Messages that wait for the room to be done with the last; undefined if none is being handled. */
  #waiting: RoomMessage[] | undefined
  #cancelDrop: (() => void) | undefined

  constructor(
    socket: Socket,
    from: { readonly host: string; readonly source: string },
    ports: SharedPorts,
  ) {
    const { clock, config } = ports
    const now = clock.now()
    this.source = from.source
    this.since = now
    this.#ports = ports
    this.#socket = socket
    this.#writer = writerTo(this, ports.limits)
    this.#controls = bucket(config.controlPerSecond, config.controlBurst, now)
    this.#data = undefined
    const challenge = makeChallenge(ports.server)
    this.#state = { at: 'greeting', challenge, host: from.host }
    this.#waiting = undefined
    this.#cancelDrop = undefined
    ports.greeting.start(this, now)
    this.send(challenge)
  }

  // what the rooms do

  send(message: ServerMessage): void {
    this.sendFrame(controlFrame(serverMessages.encode(message)))
  }

  sendData(handle: number, sender: number, payload: Uint8Array): void {
    if (this.#state.at === 'over') return
    this.#writer.push(dataFrameHead(handle, sender, payload.length), payload)
  }

  sendFrame(frame: Uint8Array): void {
    if (this.#state.at !== 'over') this.#writer.push(frame)
  }

  sendMessage(message: Uint8Array): void {
    if (this.#state.at !== 'over') this.#writer.pushMessage(message)
  }

  backlog(): number {
    return this.#writer.queued() + this.#socket.unsent()
  }

  end(code: ErrorCode): void {
    if (this.#state.at === 'over') return
    const wasOpen = this.#state.at === 'open'
    this.#over()
    this.#writer.finish(controlFrame(serverMessages.encode({ type: 'ended', code })))
    this.#close(closeCodeOf(code))
    this.#ports.ended(code, wasOpen)
  }

  // what the socket does

  receive(message: Uint8Array): void {
    if (this.#state.at === 'over') return
    const { clock, silent } = this.#ports
    const now = clock.now()
    if (this.#state.at === 'open') silent.start(this, now)
    let debtMs = 0
    try {
      debtMs = this.#message(message)
    } catch (error) {
      return this.#fail(error)
    }
    if (debtMs === 0 || this.#isOver()) return
    this.#socket.pause()
    clock.wake(after(now, debtMs), () => this.#socket.resume())
  }

  broken(closeCode: number): void {
    if (this.#isOver()) return
    this.#over()
    this.#close(closeCode)
  }

  closed(): void {
    this.#cancelDrop?.()
    if (!this.#isOver()) this.#over()
  }

  // what the writer does

  write(pieces: readonly Uint8Array[]): void {
    this.#socket.write(pieces)
  }

  unsent(): number {
    return this.#socket.unsent()
  }

  slow(): void {
    this.end('ERR_SLOW_READER')
  }

  // what the timers do

  late(): void {
    this.end(this.#state.at === 'greeting' ? 'ERR_HELLO_TIMEOUT' : 'ERR_IDLE')
  }

  #isOver(): boolean {
    return this.#state.at === 'over'
  }

  #over(): void {
    const { greeting, house, silent } = this.#ports
    const wasOpen = this.#state.at === 'open'
    this.#state = OVER
    greeting.stop(this)
    silent.stop(this)
    if (this.#waiting !== undefined) this.#waiting.length = 0
    // not from here: whoever made it end may be in the middle of a walk over its members
    if (wasOpen) queueMicrotask(() => house.lost(this))
  }

  #close(closeCode: number): void {
    const { clock, config } = this.#ports
    this.#socket.close(closeCode)
    // whoever does not read, or does not close its side, is not waited for
    const dropAt = after(clock.now(), config.closingMs)
    this.#cancelDrop = clock.wake(dropAt, () => this.#socket.terminate())
  }

  /** Milliseconds to pause for. */
  #message(message: Uint8Array): number {
    const frames = splitFrames(message, this.#ports.config.maxControlOctets)
    if (!frames.ok) this.end(frames.code)
    else if (frames.value.length > 1) keepForThisTurn(message)
    let debtMs = 0
    for (const frame of frames.ok ? frames.value : [])
      if (frame.type === 'control') this.#control(frame.body)
      else debtMs = Math.max(debtMs, this.#dataFrame(frame))
    return debtMs
  }

  #dataFrame({ session, sender: to, payload }: DataFrame): number {
    if (this.#state.at !== 'open') {
      this.end('ERR_WIRE_UNEXPECTED')
      return 0
    }
    const { clock, config, house } = this.#ports
    const { dataOctetsPerSecond: rate } = config
    const now = clock.now()
    this.#data ??= bucket(rate, rate, now)
    const debtMs = this.#data.spend(payload.length, now)
    return Math.max(debtMs, house.data(this, session, payload, to))
  }

  #control(body: Uint8Array): void {
    const { clock, config } = this.#ports
    if (!this.#controls.take(1, clock.now())) return this.end('ERR_RATE')
    const decoded = terminalMessages.decode(body, config.maxControlOctets)
    if (!decoded.ok) return this.end(decoded.code)
    const message = decoded.value
    if (message.type === 'hello') return this.#greet(message)
    if (this.#state.at !== 'open') return this.end('ERR_WIRE_UNEXPECTED')
    if (message.type === 'ping') return this.send({ type: 'pong', count: message.count })
    if (this.#waiting === undefined) this.#handle(message)
    else if (this.#waiting.length < config.controlBurst) this.#waiting.push(message)
    else this.end('ERR_BUSY')
  }

  #greet(hello: MessageOf<typeof Hello>): void {
    const { clock, config, greeting, house, server, silent } = this.#ports
    if (this.#state.at !== 'greeting') return this.end('ERR_WIRE_UNEXPECTED')
    const { challenge, host } = this.#state
    const fault = faultOfHello(hello, challenge, server, host)
    if (fault !== undefined) return this.end(fault)
    this.id = Buffer.from(random(8)).toString('hex')
    // a copy: what a hash gives has a buffer of its own outside of the heap
    this.terminal = Uint8Array.from(terminalIdOf(hello.terminalKey))
    // the same text for all who dial the same name, as they nearly always do
    this.serverName = this.#ports.nameOf(hello.serverName)
    this.#state = OPEN
    greeting.stop(this)
    silent.start(this, clock.now())
    const { terminal: terminalId } = this
    this.send({ type: 'welcome', terminalId, heartbeatMs: config.heartbeatMs })
    house.opened(this)
  }

  #handle(message: RoomMessage): void {
    const outcome = this.#ports.house.receive(this, message)
    if (outcome === undefined) return
    this.#waiting ??= []
    void this.#settle(outcome)
  }

  async #settle(outcome: Promise<void>): Promise<void> {
    try {
      await outcome
    } catch (error) {
      this.#fail(error)
    }
    try {
      this.#advance()
    } catch (error) {
      this.#fail(error)
    }
  }

  /** Goes on with what waits, until a room takes its time again. */
  #advance(): void {
    const waiting = this.#waiting ?? []
    this.#waiting = undefined
    while (waiting.length > 0 && !this.#isOver()) {
      this.#handle(waiting.shift()!)
      if (this.#waiting === undefined) continue
      this.#waiting = waiting
      return
    }
  }

  #fail(error: unknown): void {
    this.#ports.failed(error)
    this.end('ERR_INTERNAL')
  }
}

/** Frames that came in one message have its buffer in common: who is done with the first must not free it under the others. */
function keepForThisTurn(message: Uint8Array): void {
  if (!isLent(message)) return
  hold(message)
  inThisTurn(() => letGo(message))
}

/** Texts kept, to be given out again. Our choice: more names than a server has. */
const MOST_NAMES = 64

/** Gives the first of all equal texts, so that ten thousand connections have one between them. */
function sameTexts(): (text: string) => string {
  const known = new Map<string, string>()
  return (text) => {
    const first = known.get(text) ?? text
    if (known.size < MOST_NAMES) known.set(first, first)
    return first
  }
}

import assert from 'node:assert/strict'
import { ed25519, random, type SigningKey } from '@hufu/protocol/crypto'
import {
  SOCKET_PATH,
  SUBPROTOCOL,
  answerChallenge,
  controlFrame,
  dataFrame,
  splitFrames,
  terminalIdOf,
  type Challenge,
  type MessageOf,
} from '@hufu/protocol/wire'
import { WebSocket, type ClientOptions } from 'ws'
import {
  serverMessages,
  terminalMessages,
  type ServerMessage,
  type TerminalMessage,
} from './messages.ts'

type Named<T extends ServerMessage['type']> = Extract<ServerMessage, { readonly type: T }>

export interface DataIn {
  readonly type: 'data'
  readonly session: number
  readonly sender: number
  readonly payload: Uint8Array
}

/** A bare socket that speaks frames: what it receives is taken in order, and anything unexpected fails the test. */
export interface TestSocket {
  readonly webSocket: WebSocket
  send(message: TerminalMessage): void
  sendData(session: number, payload: Uint8Array): void
  sendRaw(octets: Uint8Array | string): void
  /** The next thing that comes, which must be this message. */
  next<T extends ServerMessage['type']>(type: T): Promise<Named<T>>
  /** The next thing that comes, which must be a data frame. */
  nextData(): Promise<DataIn>
  /** The next thing that comes, whatever it is. */
  any(): Promise<Item>
  /** Whether all that came so far has been taken. */
  quiet(): boolean
  /** The close code, once it is closed. */
  readonly closed: Promise<number>
  close(): void
}

/** A socket that has proved who it is. */
export interface TestTerminal extends TestSocket {
  readonly key: SigningKey
  readonly terminal: Uint8Array
  readonly challenge: MessageOf<typeof Challenge>
  readonly welcome: Named<'welcome'>
  /** A round trip: whatever the server had to say before is here when this resolves. */
  settle(): Promise<void>
}

export type Item = ServerMessage | DataIn

/** Milliseconds until a test that waits for what never comes says so. */
const PATIENCE_MS = 10_000

/** Dials a server and does nothing more. `name`: host and port. */
export async function testSocket(name: string, options: ClientOptions = {}): Promise<TestSocket> {
  const webSocket = new WebSocket(`ws://${name}${SOCKET_PATH}`, SUBPROTOCOL, options)
  const inbox: Item[] = []
  const takers: ((item: Item | undefined) => void)[] = []
  webSocket.on('message', (data) => {
    for (const item of itemsOf(new Uint8Array(data as Buffer))) {
      const taker = takers.shift()
      if (taker === undefined) inbox.push(item)
      else taker(item)
    }
  })
  const closed = new Promise<number>((resolve) => {
    webSocket.on('close', (code) => {
      for (const taker of takers) taker(undefined)
      resolve(code)
    })
  })
  await new Promise((resolve, reject) => {
    webSocket.on('open', resolve)
    webSocket.on('error', reject)
  })
  const take = async (wanted: string): Promise<Item> => {
    const item = inbox.shift() ?? (await arrival())
    assert.ok(item !== undefined, `waited for ${wanted}: the socket is closed, or nothing came`)
    return item
  }
  const arrival = async (): Promise<Item | undefined> => {
    if (webSocket.readyState !== WebSocket.OPEN) return undefined
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, PATIENCE_MS)
      takers.push((item) => {
        clearTimeout(timer)
        resolve(item)
      })
    })
  }
  return {
    webSocket,
    send: (message) => webSocket.send(controlFrame(terminalMessages.encode(message))),
    sendData: (session, payload) => webSocket.send(dataFrame(session, 0, payload)),
    sendRaw: (octets) => webSocket.send(octets),
    async next<T extends ServerMessage['type']>(type: T): Promise<Named<T>> {
      const item = await take(type)
      if (item.type !== type) assert.fail(`waited for ${type}: ${JSON.stringify(item)}`)
      return item as Named<T>
    },
    async nextData() {
      const item = await take('data')
      assert.ok(item.type === 'data', JSON.stringify(item))
      return item
    },
    any: () => take('anything'),
    quiet: () => inbox.length === 0,
    closed,
    close: () => webSocket.close(),
  }
}

/** Dials a server and says hello, with a key of its own unless one is given. */
export async function testTerminal(
  name: string,
  key: SigningKey = ed25519.generate(random),
  options: ClientOptions = {},
): Promise<TestTerminal> {
  const socket = await testSocket(name, options)
  const challenge = await socket.next('challenge')
  socket.send(answerChallenge(challenge, key, name, random))
  const welcome = await socket.next('welcome')
  let pings = 0
  return {
    ...socket,
    key,
    terminal: terminalIdOf(key.publicKey),
    challenge,
    welcome,
    async settle() {
      pings += 1
      socket.send({ type: 'ping', count: pings })
      await socket.next('pong')
    },
  }
}

function itemsOf(message: Uint8Array): readonly Item[] {
  const frames = splitFrames(message, 65_536)
  assert.ok(frames.ok)
  return frames.value.map((frame) => {
    if (frame.type === 'data') return frame
    const decoded = serverMessages.decode(frame.body, 65_536)
    assert.ok(decoded.ok)
    return decoded.value
  })
}

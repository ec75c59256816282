import { ed25519, random } from '@hufu/protocol/crypto'
import { pairFromServer, pairFromTerminal } from '@hufu/protocol/pair'
import { signinFromServer, signinFromTerminal, type Place } from '@hufu/protocol/signin'
import {
  answerChallenge,
  codec,
  connectionFromServer,
  connectionFromTerminal,
  controlFrame,
  SOCKET_PATH,
  splitFrames,
  SUBPROTOCOL,
  terminalIdOf,
  type MessageOf,
} from '@hufu/protocol/wire'
import { openWebSocket } from '../relay/members/web-socket.ts'

const toServer = codec([...connectionFromTerminal, ...pairFromTerminal, ...signinFromTerminal])
const fromServer = codec([...connectionFromServer, ...pairFromServer, ...signinFromServer])

type Sent = Parameters<typeof toServer.encode>[0]
type Came = MessageOf<
  | (typeof connectionFromServer)[number]
  | (typeof pairFromServer)[number]
  | (typeof signinFromServer)[number]
>

/** A terminal with next to nothing around its messages: what is measured is the server. */
export interface Terminal {
  readonly place: Place
  send(message: Sent): void
  /** The next message, which must be of this type. */
  next<T extends Came['type']>(type: T): Promise<Extract<Came, { readonly type: T }>>
  close(): void
}

/** Connects a terminal with a key of its own, or `key`. */
export async function terminalAt(port: number, key = ed25519.generate(random)): Promise<Terminal> {
  const inbox: Came[] = []
  let wake: (() => void) | undefined
  const say = { now: (_octets: Buffer): void => undefined }
  const early: Buffer[] = []
  say.now = (octets) => void early.push(octets)
  const socket = await openWebSocket(
    { port, path: SOCKET_PATH, protocol: SUBPROTOCOL },
    (octets) => {
      const frames = splitFrames(octets, 65_536)
      if (!frames.ok) throw new Error(frames.code)
      for (const frame of frames.value) {
        if (frame.type === 'data') continue
        const decoded = fromServer.decode(frame.body, 65_536)
        if (!decoded.ok) throw new Error(decoded.code)
        inbox.push(decoded.value)
      }
      wake?.()
    },
  )
  say.now = (octets) => socket.send(octets)
  for (const octets of early) socket.send(octets)
  const take = async (): Promise<Came> => {
    for (;;) {
      const first = inbox.shift()
      if (first !== undefined) return first
      await new Promise<void>((resolve) => (wake = resolve))
    }
  }
  const next: Terminal['next'] = async (type) => {
    const message = await take()
    if (message.type !== type) throw new Error(`waited for ${type}: ${JSON.stringify(message)}`)
    return message as never
  }
  const send = (message: Sent): void => say.now(Buffer.from(controlFrame(toServer.encode(message))))
  const serverName = `127.0.0.1:${port}`
  const challenge = await next('challenge')
  send(answerChallenge(challenge, key, serverName, random))
  await next('welcome')
  const terminal = terminalIdOf(key.publicKey)
  return {
    place: { serverName, serverId: challenge.serverId, terminal },
    send,
    next,
    close: () => socket.close(),
  }
}

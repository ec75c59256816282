import { random } from '@hufu/protocol/crypto'
import {
  controlFrame,
  helloIsProved,
  MAX_CONTROL_OCTETS,
  splitFrames,
  terminalIdOf,
  type MessageOf,
  type Challenge,
} from '@hufu/protocol/wire'
import { ALL_MESSAGES } from '../signin/messages.ts'
import type { FromServer, FromTerminal } from './messages.ts'
import type { OpenSocket, SocketHandlers } from './socket.ts'

/** The server's end of one socket, moved by a test. */
export interface ServerEnd {
  readonly name: string
  /** Control messages that the terminal has sent, hello included. */
  readonly heard: FromTerminal[]
  closed: boolean
  say(message: FromServer): void
  raw(octets: Uint8Array): void
  /** The socket is lost. */
  lose(): void
  /** Challenge and welcome; false if the hello is not proved. */
  greet(options?: { readonly bootId?: Uint8Array; readonly heartbeatMs?: number }): boolean
}

/** Sockets whose other ends a test holds, in the order in which they were opened. */
export function serverEnds(): { readonly open: OpenSocket; readonly ends: ServerEnd[] } {
  const ends: ServerEnd[] = []
  return {
    ends,
    open(server, handlers) {
      const end = serverEnd(server.name, handlers)
      ends.push(end)
      return {
        send(message) {
          const frames = splitFrames(message, MAX_CONTROL_OCTETS)
          if (!frames.ok) throw new Error(frames.code)
          for (const frame of frames.value) {
            if (frame.type !== 'control') continue
            const decoded = ALL_MESSAGES.terminal.decode(frame.body)
            if (!decoded.ok) throw new Error(decoded.code)
            end.heard.push(decoded.value)
          }
        },
        unsent: 0,
        close: () => void (end.closed = true),
      }
    },
  }
}

function serverEnd(name: string, handlers: SocketHandlers): ServerEnd {
  const say = (message: FromServer): void =>
    handlers.message(controlFrame(ALL_MESSAGES.server.encode(message)))
  const end: ServerEnd = {
    name,
    heard: [],
    closed: false,
    say,
    raw: (octets) => handlers.message(octets),
    lose: () => handlers.closed(undefined),
    greet({ bootId = new Uint8Array(8), heartbeatMs = 20_000 } = {}) {
      const challenge: MessageOf<typeof Challenge> = {
        type: 'challenge',
        versions: [1],
        serverId: new Uint8Array(16).fill(7),
        bootId,
        nonce: random(32),
      }
      say(challenge)
      const hello = end.heard.at(-1)
      if (hello?.type !== 'hello' || !helloIsProved(challenge, hello)) return false
      if (hello.serverName !== name) return false
      say({ type: 'welcome', terminalId: terminalIdOf(hello.terminalKey), heartbeatMs })
      return true
    },
  }
  return end
}

import type { ErrorCode } from '@hufu/protocol/wire'
import type { ServerMessage } from '../messages.ts'

/** One open connection of a terminal that has proved who it is, as the rooms behind the gateway see it. */
export interface Connection {
  /** Unique among all nodes. */
  readonly id: string
  /** The terminal's communication ID, 32 octets. */
  readonly terminal: Uint8Array
  /** Host and port by which the terminal reached the server, as its hello proved. */
  readonly serverName: string
  /** Where it comes from, as limits see it: an address, or for IPv6 a /64. */
  readonly source: string
  send(message: ServerMessage): void
  /** A data frame under the connection's own handle; the payload is not copied. */
  sendData(handle: number, sender: number, payload: Uint8Array): void
  /** A control frame that others are sent as well: it is encoded once. */
  sendFrame(frame: Uint8Array): void
  /** A whole message of frames, as `messageOf` makes it, that others are sent as well: they share its octets. */
  sendMessage(message: Uint8Array): void
  /** Octets that wait for it: queued, and written but not gone yet. */
  backlog(): number
  /** Says why, and closes. */
  end(code: ErrorCode): void
}

/** What a room is told of every connection. */
export interface Room {
  opened(connection: Connection): void
  /** It is gone, and nothing sent to it arrives. */
  lost(connection: Connection): void
}

import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

/** One connection in a room of many, at whichever server. */
export interface Member {
  /** To all others. What is sent in one turn of the loop leaves in one write. */
  send(payload: Buffer): void
  close(): void
}

/** Which room, and as whom. */
export interface Place {
  /** Port of 127.0.0.1. */
  readonly port: number
  readonly room: number
  /** Counts from 0 over all rooms. */
  readonly index: number
}

/** Joins; resolves when all that is sent to the room from now on is heard. `hear` may keep nothing of what it gets. */
export type Join = (place: Place, hear: (payload: Buffer) => void) => Promise<Member>

/** A socket that is connected. */
export async function openTcp(port: number): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  await once(socket, 'connect')
  socket.on('error', (error) => {
    throw error
  })
  return socket
}

/**
 * Hands what comes to `take`, which is told where a message begins and says where it ends, or -1 if the rest of it has not
 * come yet.
 */
export function readMessages(socket: Socket, take: (octets: Buffer, at: number) => number): void {
  let rest: Buffer | undefined
  socket.on('data', (chunk: Buffer) => {
    const octets = rest === undefined ? chunk : Buffer.concat([rest, chunk])
    let at = 0
    while (at < octets.length) {
      const end = take(octets, at)
      if (end < 0) break
      at = end
    }
    rest = at === octets.length ? undefined : octets.subarray(at)
  })
}

/** Writes to a socket once a turn. */
export function gatheredWrites(socket: Socket): (octets: Buffer) => void {
  let waiting: Buffer[] = []
  return (octets) => {
    if (waiting.push(octets) > 1) return
    setImmediate(() => {
      const all = waiting
      waiting = []
      socket.write(all.length === 1 ? all[0]! : Buffer.concat(all))
    })
  }
}

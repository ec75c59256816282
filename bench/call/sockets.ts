import { BundleOf, Want } from '@hufu/protocol/call'
import { DATA_ROOM_OCTETS, FRAME_HEAD_OCTETS, SOCKET_PATH, SUBPROTOCOL } from '@hufu/protocol/wire'
import type { OpenSocket } from '@hufu/terminal'
import { dial, type BotSocket } from './dial.ts'
import { isOf } from './kinds.ts'

/** A socket for bots: what it costs is next to nothing. */
export const bareSocket: OpenSocket = (server, handlers) => {
  const early: Uint8Array[] = []
  let socket: BotSocket | undefined
  const at = { port: Number(new URL(server.url).port), path: SOCKET_PATH, protocol: SUBPROTOCOL }
  const open = async (): Promise<void> => {
    socket = await dial(at, handlers.message, () => handlers.closed(undefined))
    for (const octets of early) socket.send(octets)
  }
  void open()
  return {
    send(message) {
      if (socket === undefined) early.push(message)
      else socket.send(message)
    },
    unsent: 0,
    close: () => socket?.close(),
  }
}

/** Whether members are told of each other's S1. */
export interface Introduced {
  all: boolean
}

/**
 * The same sockets for a terminal: its first is that of signalling, and there S1 neither comes nor goes while `introduced`
 * says so. A thousand members in one process would have a million signatures to verify, instead of a thousand each.
 */
export function signallingWithout(introduced: Introduced, open: OpenSocket): OpenSocket {
  let isFirst = true
  return (server, handlers) => {
    if (!isFirst) return open(server, handlers)
    isFirst = false
    const socket = open(server, {
      ...handlers,
      message(message) {
        const left = introduced.all ? message : withoutS1(message)
        if (left.length > 0) handlers.message(left)
      },
    })
    return {
      send(message) {
        if (introduced.all || !isS1(message)) socket.send(message)
      },
      get unsent() {
        return socket.unsent
      },
      close: () => socket.close(),
    }
  }
}

/** The frames of a message but those that hold S1; the same octets if there are none. */
function withoutS1(message: Uint8Array): Uint8Array {
  const view = new DataView(message.buffer, message.byteOffset, message.length)
  const kept: Uint8Array[] = []
  let octets = 0
  for (let at = 0; at < message.length;) {
    const end = at + FRAME_HEAD_OCTETS + (view.getUint32(at) & 0xffffff)
    const frame = message.subarray(at, end)
    at = end
    if (isS1(frame)) continue
    kept.push(frame)
    octets += frame.length
  }
  return octets === message.length ? message : Buffer.concat(kept)
}

const DATA = 1

function isS1(frame: Uint8Array): boolean {
  const talk = frame.subarray(DATA_ROOM_OCTETS)
  return frame[0] === DATA && (isOf(BundleOf, talk) || isOf(Want, talk))
}

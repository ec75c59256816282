import type { CallEffect } from '@hufu/protocol/call'
import { DATA_ROOM_OCTETS, toMember } from '@hufu/protocol/wire'
import type { Connection } from '../connection/connection.ts'

/** The signalling session of a call, as this end is in it: by the terminal's own connection. */
export interface CallSession {
  /** Whether this end is in it now. */
  readonly isIn: boolean
  /** Sends what the machine says; before this end was in for the first time, then. */
  send(frame: SessionFrame): void
  /** The server has let this end in, under that handle. True if it is the first time. */
  entered(handle: number): boolean
  /** The connection is gone. False if this end was not in. */
  lost(): boolean
  /** Whether what comes under that handle is of this session. */
  has(handle: number): boolean
}

export type SessionFrame = Pick<Extract<CallEffect, { do: 'send' }>, 'to' | 'frame'>

export function callSession(connection: Connection): CallSession {
  let handle: number | undefined
  let before: SessionFrame[] | undefined = []

  const transmit = ({ to, frame }: SessionFrame): void => {
    if (handle === undefined) return
    const roomy = new Uint8Array(DATA_ROOM_OCTETS + frame.length)
    roomy.set(frame, DATA_ROOM_OCTETS)
    connection.sendData(handle, roomy, to === 'all' ? undefined : toMember(to))
  }

  return {
    get isIn() {
      return handle !== undefined
    },
    send(frame) {
      if (before === undefined) transmit(frame)
      else before.push(frame)
    },
    entered(under) {
      const waiting = before
      handle = under
      before = undefined
      for (const one of waiting ?? []) transmit(one)
      return waiting !== undefined
    },
    lost() {
      const wasIn = handle !== undefined
      handle = undefined
      return wasIn
    },
    has: (under) => under === handle,
  }
}

import type { CallEffect } from '@hufu/protocol/call'
import { errorCodeOf, sameTerminal, type ErrorCode } from '@hufu/protocol/wire'
import type { FromServer } from '../connection/messages.ts'
import type { Admission } from './admission.ts'
import type { Crowd } from './crowd.ts'
import type { CallEvent } from './events.ts'
import type { CallSession } from './session.ts'
import type { CallStart } from './start.ts'

/** What the server says of a call goes to whom it concerns. */
export interface ToldPorts {
  readonly start: CallStart
  readonly session: CallSession
  readonly crowd: Crowd
  readonly door: Admission
  readonly tell: (event: CallEvent) => void
  readonly act: (effects: readonly CallEffect[]) => void
  readonly failed: (error: unknown) => void
  readonly finish: (code: ErrorCode, reason?: string) => void
}

/** The result hears everything that the server says: what is of other calls, or of none, is ignored. */
export function toldOf(ports: ToldPorts): (message: FromServer) => void {
  const { start, session, crowd, door, tell, act, failed, finish } = ports
  const { id, seat, signalling } = start
  const { clock } = start.ports

  const inSession = (message: OfSession): void => {
    switch (message.type) {
      case 'session.entered':
        if (session.entered(message.handle)) return act([])
        tell({ type: 'connection', of: 'signalling', state: 'back' })
        return act(seat.online(clock.now()))
      case 'session.presence': {
        const { index, present, left } = message
        const now = clock.now()
        // others have it from their host, signed
        if (left) return act(seat.left(index, now))
        return act(present ? seat.back(index, now) : seat.lost(index, now))
      }
      case 'session.ended':
        return finish(errorCodeOf(message.code, 'ERR_CALL_LOST'))
      default:
    }
  }

  const inCall = (message: FromServer): void => {
    switch (message.type) {
      case 'call.joining':
        if (seat.role === 'host') door.joining(message.index, message.bundle).catch(failed)
        return
      case 'call.declined':
        return crowd.declined(message.user, errorCodeOf(message.code, 'ERR_CALL_NO_ANSWER'))
      case 'call.engaged':
        return crowd.engaged(message.user)
      case 'call.over':
        return finish(errorCodeOf(message.code, 'ERR_CALL_ENDED'), message.reason)
      default:
    }
  }

  return (message) => {
    if (isOfSession(message)) {
      if (sameTerminal(message.session, signalling)) inSession(message)
    } else if ('call' in message && sameTerminal(message.call, id)) inCall(message)
  }
}

type OfSession = Extract<FromServer, { type: `session.${string}` }>

function isOfSession(message: FromServer): message is OfSession {
  return message.type.startsWith('session.')
}

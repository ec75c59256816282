import { errorCodeOf, type ErrorCode } from '@hufu/protocol/wire'
import type { Connection } from '../connection/connection.ts'
import type { FromServer } from '../connection/messages.ts'

/** What happens by itself. */
export type CallsEvent =
  /** Whoever calls this user is heard here. */
  | { readonly type: 'attending'; readonly user: string }
  /** Nobody is. */
  | { readonly type: 'deaf'; readonly code: ErrorCode }
  | { readonly type: 'connected' }
  | { readonly type: 'lost'; readonly retryMs: number; readonly code: ErrorCode }

/** Whether this terminal asks the server to be rung. */
export interface Attending {
  /** The connection is open, again: it is asked anew. */
  opened(): void
  /** Asks from now on, or leaves that to others on the line. */
  attend(wanted: boolean): void
  /** Whatever the server says; what answers others is ignored. */
  heard(message: FromServer): void
}

export interface AttendingPorts {
  readonly connection: Connection
  /** Whether it asks from the beginning. */
  readonly attends: boolean
  readonly on: (event: CallsEvent) => void
}

export function attendingOf({ connection, attends: first, on }: AttendingPorts): Attending {
  let attends = first
  let attendRef = 0

  const ask = (): void => {
    attendRef = connection.nextRef()
    connection.send({ type: 'pair.attend', ref: attendRef })
  }

  return {
    opened() {
      if (attends) ask()
    },
    attend(wanted) {
      if (wanted === attends) return
      attends = wanted
      if (wanted) ask()
      else connection.send({ type: 'pair.withdraw', ref: attendRef })
    },
    heard(message) {
      switch (message.type) {
        case 'pair.attending':
          if (message.ref === attendRef) on({ type: 'attending', user: message.user })
          return
        case 'refused':
          if (message.ref !== attendRef) return
          return on({
            type: 'deaf',
            code: errorCodeOf(message.code, 'ERR_WIRE_UNEXPECTED'),
          })
        case 'pair.ring':
          // whoever wants to pair does not find anybody here who knows a passphrase
          if (message.ref === attendRef)
            connection.send({ type: 'pair.fail', pairing: message.pairing, reason: 'declined' })
          return
        default:
      }
    },
  }
}

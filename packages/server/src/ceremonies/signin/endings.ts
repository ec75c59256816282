import { string, codec, message, type Codec, type MessageOf } from '@hufu/protocol/wire'
import type { Connection } from '../../relay/connection.ts'
import { endingAt, forgetEnding, type Ending } from '../../store/endings.ts'
import type { Db } from '../../store/schema.ts'
import type { SigninPorts } from './ports.ts'

/*
 * How a terminal learns that somebody else has ended its user's sign-in: at once, wherever it is connected, or when it next
 * asks for anything of the kind.
 */

/** The name of this room on the subjects of terminals. */
const SIGNIN_ROOM = 'signin'

/** What nodes tell each other. */
const Ended = message('ended', 0, { user: string(254), code: string(64), reason: string(500) })
const forTerminal: Codec<MessageOf<typeof Ended>> = codec([Ended])

/** What terminals are told of ended sign-ins. */
export interface Endings {
  /** To be called when the transaction that ended them stands. */
  tell(endings: readonly Ending[]): void
  /** What this terminal has not been told yet, if anything. */
  untold(db: Db, terminal: Uint8Array): Promise<Ending | undefined>
  /** Tells it. */
  catchUp(connection: Connection, ending: Ending): void
}

/** Endings of terminals that are connected here. */
export function endingsOf(ports: SigninPorts): Endings {
  const { ended, failed, left, presence, store } = ports
  const catchUp = (
    connection: Connection,
    { user, code, reason }: Omit<Ending, 'terminal'>,
  ): void => {
    connection.send({ type: 'signin.released', user, code, reason })
    left(connection, user)
    store.write('soon', (db) => forgetEnding(db, connection.terminal)).catch(failed)
  }
  presence.hear(SIGNIN_ROOM, (connection, octets) => {
    const message = forTerminal.decode(octets)
    if (message.ok) catchUp(connection, message.value as Omit<Ending, 'terminal'>)
  })
  return {
    tell(endings) {
      ended(endings)
      for (const { terminal, user, code, reason } of endings) {
        const octets = forTerminal.encode({ type: 'ended', user, code, reason })
        presence.tell(terminal, SIGNIN_ROOM, octets)
      }
    },
    untold: (db, terminal) => endingAt(db, terminal),
    catchUp,
  }
}

import { base64url } from '@hufu/protocol/crypto'
import type { Meet } from '@hufu/protocol/pair'
import { sameTerminal, type MessageOf } from '@hufu/protocol/wire'
import type { Connection } from '../../relay/connection.ts'
import { refuse, type PairPorts } from './ports.ts'
import type { Waiting } from './waiting.ts'

/** Who came first to each meeting. Kept in memory: after a restart both come again. */
export interface Meetings {
  /** The terminal that waits at a meeting (its id in base64url), other than `terminal`. */
  firstAt(meeting: string, terminal: Uint8Array): Uint8Array | undefined
  receive(connection: Connection, message: MessageOf<typeof Meet>): void
}

/** The meetings of this server. */
export function meetingsOf(ports: PairPorts, waiting: Waiting): Meetings {
  const first = new Map<string, Connection>()
  return {
    firstAt(meeting, terminal) {
      const there = first.get(meeting)?.terminal
      return there === undefined || sameTerminal(there, terminal) ? undefined : there
    },
    receive(connection, message) {
      const { ref } = message
      const at = base64url(message.meeting)
      if (waiting.byRef(connection, ref) !== undefined)
        return refuse(connection, ref, 'ERR_WIRE_UNEXPECTED')
      const there = first.get(at)
      if (there !== undefined && !sameTerminal(there.terminal, connection.terminal))
        return connection.send({ type: 'pair.met', ref, role: 'second' })
      if (waiting.count(connection, 'meeting') >= ports.config.meetingsPerConnection)
        return refuse(connection, ref, 'ERR_PAIR_SLOTS')
      const stop = (): void => {
        if (first.get(at) === connection) first.delete(at)
      }
      waiting.add(connection, { ref, kind: 'meeting', at, stop, pairing: undefined })
      first.set(at, connection)
      connection.send({ type: 'pair.met', ref, role: 'first' })
    },
  }
}

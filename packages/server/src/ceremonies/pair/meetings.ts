import { base64url, hex } from '@hufu/protocol/crypto'
import type { Meet } from '@hufu/protocol/pair'
import { sameTerminal, type MessageOf } from '@hufu/protocol/wire'
import type { Connection } from '../../relay/connection.ts'
import { refuse, type PairPorts } from './ports.ts'
import type { Waiting } from './waiting.ts'

/** Who waits at which meeting. Kept in memory: after a restart all come again. */
export interface Meetings {
  /** A terminal that waits at a meeting (its id in base64url), other than `terminal`. */
  firstAt(meeting: string, terminal: Uint8Array): Uint8Array | undefined
  receive(connection: Connection, message: MessageOf<typeof Meet>): void
}

/** Terminals that may wait at one meeting: the two that know its id. */
const MOST = 2

/** The meetings of this server. */
export function meetingsOf(ports: PairPorts, waiting: Waiting): Meetings {
  /** By meeting, then by terminal. */
  const there = new Map<string, Map<string, Connection>>()
  const otherAt = (meeting: string, terminal: Uint8Array): Connection | undefined =>
    [...(there.get(meeting)?.values() ?? [])].find((one) => !sameTerminal(one.terminal, terminal))
  return {
    firstAt: (meeting, terminal) => otherAt(meeting, terminal)?.terminal,
    receive(connection, message) {
      const { ref } = message
      const at = base64url(message.meeting)
      if (waiting.byRef(connection, ref) !== undefined)
        return refuse(connection, ref, 'ERR_WIRE_UNEXPECTED')
      if (!message.stay && otherAt(at, connection.terminal) !== undefined)
        return connection.send({ type: 'pair.met', ref, role: 'second' })
      const own = hex(connection.terminal)
      const present = there.get(at) ?? new Map<string, Connection>()
      const full = present.size >= MOST && !present.has(own)
      if (full || waiting.count(connection, 'meeting') >= ports.config.meetingsPerConnection)
        return refuse(connection, ref, 'ERR_PAIR_SLOTS')
      const stop = (): void => {
        if (present.get(own) !== connection) return
        present.delete(own)
        if (present.size === 0 && there.get(at) === present) there.delete(at)
      }
      waiting.add(connection, { ref, kind: 'meeting', at, stop, pairing: undefined })
      there.set(at, present.set(own, connection))
      connection.send({ type: 'pair.met', ref, role: 'first' })
    },
  }
}

import { hex, type Random } from '@hufu/protocol/crypto'
import { TERMINAL_ID_OCTETS, controlFrame } from '@hufu/protocol/wire'
import { serverMessages } from '../../messages.ts'
import type { Connection } from '../../relay/connection.ts'
import type { PairPorts } from './ports.ts'
import type { Waiting } from './waiting.ts'

/**
 * Stands where an opener would, for a slot that is not there: the server goes through the same steps, in the same order,
 * as with a terminal that is connected here, and what the requester learns of them comes at the same moments.
 */
export interface StandIn {
  /** 32 random octets: nobody's. */
  readonly terminal: Uint8Array
  /** It goes, and leaves nothing behind. Called once. */
  leave(): void
}

/** Has one come for an attempt, `pairing` as in its messages. It hears the verdict and enters the session, as an opener does. */
export function standIn(ports: PairPorts, waiting: Waiting, pairing: Uint8Array): StandIn {
  const { presence, random, sessions } = ports
  const connection = nobodysConnection(random)
  presence.opened(connection)
  sessions.opened(connection)
  const wait = { ref: 0, kind: 'slot', at: '', stop: nothing, pairing: hex(pairing) } as const
  waiting.add(connection, { ...wait })
  return {
    terminal: connection.terminal,
    leave() {
      waiting.removeAll(connection)
      sessions.lost(connection)
      presence.lost(connection)
    },
  }
}

/** What is sent there is encoded like anything else, and goes nowhere. */
function nobodysConnection(random: Random): Connection {
  return {
    id: hex(random(8)),
    terminal: random(TERMINAL_ID_OCTETS),
    serverName: '',
    source: '',
    send: (message) => void controlFrame(serverMessages.encode(message)),
    sendData: nothing,
    sendFrame: nothing,
    sendMessage: nothing,
    backlog: () => 0,
    end: nothing,
  }
}

function nothing(): void {
  // nobody is there
}

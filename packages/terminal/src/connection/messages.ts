import { pairFromServer, pairFromTerminal } from '@hufu/protocol/pair'
import {
  codec,
  connectionFromServer,
  connectionFromTerminal,
  relayFromServer,
  relayFromTerminal,
  type Codec,
  type MessageOf,
} from '@hufu/protocol/wire'

const fromTerminal = [...connectionFromTerminal, ...relayFromTerminal, ...pairFromTerminal] as const
const fromServer = [...connectionFromServer, ...relayFromServer, ...pairFromServer] as const

/** Everything that a terminal says to a server. */
export type FromTerminal = MessageOf<(typeof fromTerminal)[number]>
/** Everything that a server says to a terminal. */
export type FromServer = MessageOf<(typeof fromServer)[number]>

export const terminalMessages: Codec<FromTerminal> = codec(fromTerminal)
export const serverMessages: Codec<FromServer> = codec(fromServer)

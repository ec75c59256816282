import type { callFromServer, callFromTerminal } from '@hufu/protocol/call'
import { pairFromServer, pairFromTerminal } from '@hufu/protocol/pair'
import type { signinFromServer, signinFromTerminal } from '@hufu/protocol/signin'
import {
  codec,
  connectionFromServer,
  connectionFromTerminal,
  relayFromServer,
  relayFromTerminal,
  type Codec,
  type MessageOf,
} from '@hufu/protocol/wire'

export const fromTerminal = [
  ...connectionFromTerminal,
  ...relayFromTerminal,
  ...pairFromTerminal,
] as const
export const fromServer = [...connectionFromServer, ...relayFromServer, ...pairFromServer] as const

/** Everything that a terminal says to a server. */
export type FromTerminal = MessageOf<
  | (typeof fromTerminal)[number]
  | (typeof signinFromTerminal)[number]
  | (typeof callFromTerminal)[number]
>
/** Everything that a server says to a terminal. */
export type FromServer = MessageOf<
  (typeof fromServer)[number] | (typeof signinFromServer)[number] | (typeof callFromServer)[number]
>

/** How both are written and read. */
export interface Messages {
  readonly terminal: Codec<FromTerminal>
  readonly server: Codec<FromServer>
}

/** What a pairing needs. Whoever signs in adds to it, so that others need not load that. */
export const PAIR_MESSAGES: Messages = {
  // Nothing else is said on a connection that has these.
  terminal: codec(fromTerminal) as Codec<FromTerminal>,
  server: codec(fromServer) as Codec<FromServer>,
}

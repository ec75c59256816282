import { callFromServer, callFromTerminal } from '@hufu/protocol/call'
import { pairFromServer, pairFromTerminal } from '@hufu/protocol/pair'
import { signinFromServer, signinFromTerminal } from '@hufu/protocol/signin'
import {
  codec,
  connectionFromServer,
  connectionFromTerminal,
  relayFromServer,
  relayFromTerminal,
  type Codec,
  type MessageOf,
} from '@hufu/protocol/wire'

const terminalKinds = [
  ...connectionFromTerminal,
  ...relayFromTerminal,
  ...pairFromTerminal,
  ...signinFromTerminal,
  ...callFromTerminal,
] as const
const serverKinds = [
  ...connectionFromServer,
  ...relayFromServer,
  ...pairFromServer,
  ...signinFromServer,
  ...callFromServer,
] as const

/** Whatever a terminal may say. */
export type TerminalMessage =
  | MessageOf<(typeof connectionFromTerminal)[number]>
  | MessageOf<(typeof relayFromTerminal)[number]>
  | MessageOf<(typeof pairFromTerminal)[number]>
  | MessageOf<(typeof signinFromTerminal)[number]>
  | MessageOf<(typeof callFromTerminal)[number]>

/** Whatever the server may say. */
export type ServerMessage =
  | MessageOf<(typeof connectionFromServer)[number]>
  | MessageOf<(typeof relayFromServer)[number]>
  | MessageOf<(typeof pairFromServer)[number]>
  | MessageOf<(typeof signinFromServer)[number]>
  | MessageOf<(typeof callFromServer)[number]>

/** The messages from a terminal. */
export const terminalMessages: Codec<TerminalMessage> = codec(terminalKinds)
/** The messages from the server. */
export const serverMessages: Codec<ServerMessage> = codec(serverKinds)

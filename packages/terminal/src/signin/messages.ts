import { callFromServer, callFromTerminal } from '@hufu/protocol/call'
import { signinFromServer, signinFromTerminal } from '@hufu/protocol/signin'
import { codec } from '@hufu/protocol/wire'
import { fromServer, fromTerminal, type Messages } from '../connection/messages.ts'

/** Everything that a terminal and a server say to each other. */
export const ALL_MESSAGES: Messages = {
  terminal: codec([...fromTerminal, ...signinFromTerminal, ...callFromTerminal]),
  server: codec([...fromServer, ...signinFromServer, ...callFromServer]),
}

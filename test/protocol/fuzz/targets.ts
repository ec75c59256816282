import { calls } from './calls.ts'
import { identity } from './identity.ts'
import { messages } from './messages.ts'
import { pairings } from './pairings.ts'
import type { Target } from './run.ts'
import { sessions } from './sessions.ts'
import { sockets } from './sockets.ts'
import { texts } from './texts.ts'

/** Every decoder that a peer's octets, or a user's text, can reach. Shares add up to a thousand. */
export const TARGETS: readonly Target[] = [
  ...sockets,
  ...messages,
  ...sessions,
  ...pairings,
  ...calls,
  ...identity,
  ...texts,
]

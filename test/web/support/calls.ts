import type { SecurityKey } from '@hufu/protocol/identity'
import {
  at,
  join,
  place,
  ringing,
  type Person,
} from '../../../packages/server/src/ceremonies/call/people.testing.ts'
import { enrolKey, softwareHolder } from '../../../packages/server/src/signin.testing.ts'
import { testTerminal } from '../../../packages/server/src/terminal.testing.ts'
import { fakeClock } from '../../../packages/server/src/clock.testing.ts'
import type { UnixMs } from '../../../packages/server/src/clock.ts'
import type { App } from './app.ts'
import { ask } from './console.ts'

/** Three in a call, one who is rung: the host's terminal, which has to be closed. `ada`: a session that may invite users. */
export async function callOfThree(app: App, ada: string): Promise<readonly Person[]> {
  const { host: name } = new URL(app.served.origin)
  const server = {
    name,
    clock: { ...fakeClock(), wall: () => Date.now() as UnixMs },
    terminal: () => testTerminal(name),
  }
  const keyOf = async (user: string): Promise<SecurityKey> => {
    const { json } = await ask(app, 'POST /invitations', ada, { user, kind: 'key' })
    const terminal = await testTerminal(name)
    const key = await enrolKey(server, terminal, String(json['code']), { holder: softwareHolder() })
    terminal.close()
    return key
  }
  const [host, ...others] = [
    await at(server, await keyOf('carol')),
    await at(server, await keyOf('dora')),
    await at(server, await keyOf('emil')),
  ] as const
  const users = ['dora@localhost', 'emil@localhost', 'faye@localhost']
  await place(host, users)
  for (const other of others) await join(server, other, await ringing(other))
  return [host, ...others]
}

import type { SecurityKey } from '@hufu/protocol/identity'
import {
  at,
  join,
  place,
  ringing,
  type Person,
} from '../../packages/server/src/ceremonies/call/people.testing.ts'
import { fakeClock } from '../../packages/server/src/clock.testing.ts'
import type { UnixMs } from '../../packages/server/src/clock.ts'
import { enrolKey, softwareHolder } from '../../packages/server/src/signin.testing.ts'
import { testTerminal } from '../../packages/server/src/terminal.testing.ts'

/**
 * Three in a call of carol's, and faye who is rung: the terminals, the host's first, which have to be closed. They say no
 * more than a call needs to stand at the server. `invite`: a code for a key of that user.
 */
export async function callOfThree(
  origin: string,
  invite: (user: string) => Promise<string>,
): Promise<readonly Person[]> {
  const { host: name } = new URL(origin)
  const clock = { ...fakeClock(), wall: () => Date.now() as UnixMs }
  const server = { name, clock, terminal: () => testTerminal(name) }
  const keyOf = async (user: string): Promise<SecurityKey> => {
    const code = await invite(user)
    const terminal = await testTerminal(name)
    const key = await enrolKey(server, terminal, code, { holder: softwareHolder() })
    terminal.close()
    return key
  }
  const callers: Person[] = []
  for (const user of ['carol', 'dora', 'emil']) callers.push(await at(server, await keyOf(user)))
  const [host, ...others] = callers as [Person, ...Person[]]
  const faye = host.key.user.replace('carol', 'faye')
  await place(host, [...others.map(({ key }) => key.user), faye])
  for (const other of others) await join(server, other, await ringing(other))
  return callers
}

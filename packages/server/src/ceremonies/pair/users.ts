import type { Attend } from '@hufu/protocol/pair'
import type { MessageOf } from '@hufu/protocol/wire'
import type { Connection } from '../../relay/connection.ts'
import { bindingAt } from '../../store/bindings.ts'
import { refuse, type PairPorts } from './ports.ts'
import type { Waiting } from './waiting.ts'

/** Rings here for the user who is signed in at this terminal. `ERR_SIGNIN_NONE` if nobody is. */
export async function receiveAttend(
  { clock, store }: PairPorts,
  waiting: Waiting,
  connection: Connection,
  { ref }: MessageOf<typeof Attend>,
): Promise<void> {
  const taken = waiting.byRef(connection, ref) !== undefined
  if (taken) return refuse(connection, ref, 'ERR_WIRE_UNEXPECTED')
  const binding = await store.read((db) => bindingAt(db, connection.terminal))
  if (binding === undefined || binding.expires <= clock.wall())
    return refuse(connection, ref, 'ERR_SIGNIN_NONE')
  const { user } = binding
  waiting.add(connection, { ref, kind: 'user', at: user, stop: nothing, pairing: undefined })
  connection.send({ type: 'pair.attending', ref, user })
}

function nothing(): void {
  // whoever is signed in stays so
}

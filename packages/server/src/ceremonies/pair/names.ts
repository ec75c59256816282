import { prepareName, type Claim } from '@hufu/protocol/pair'
import type { MessageOf } from '@hufu/protocol/wire'
import type { Connection } from '../../relay/connection.ts'
import { claimName, touchNames } from '../../store/names.ts'
import { refuse, type PairPorts } from './ports.ts'
import type { Waiting } from './waiting.ts'

/** Claims a name, or renews the claim, and rings here under it. */
export async function receiveClaim(
  ports: PairPorts,
  waiting: Waiting,
  connection: Connection,
  message: MessageOf<typeof Claim>,
): Promise<void> {
  const { config, store } = ports
  const { ref, name } = message
  if (!isName(name)) return refuse(connection, ref, 'ERR_PAIR_NAME')
  if (waiting.byRef(connection, ref) !== undefined)
    return refuse(connection, ref, 'ERR_WIRE_UNEXPECTED')
  const now = ports.clock.wall()
  const claim = {
    name: store.keyOf('name', name),
    terminal: connection.terminal,
    now,
    voidBefore: now - config.nameLifetimeMs,
    most: config.namesPerTerminal,
  }
  const outcome = await store.write('durable', (db) => claimName(db, claim))
  if (outcome === 'taken') return refuse(connection, ref, 'ERR_PAIR_NAME_TAKEN')
  if (outcome === 'full') return refuse(connection, ref, 'ERR_PAIR_SLOTS')
  waiting.add(connection, { ref, kind: 'name', at: name, stop: nothing, pairing: undefined })
  connection.send({ type: 'pair.claimed', ref })
}

/** Names that ring here are in use, however long ago they were claimed. */
export async function renewNames(ports: PairPorts, waiting: Waiting): Promise<void> {
  const names = waiting.names().map((name) => ports.store.keyOf('name', name))
  if (names.length === 0) return
  await ports.store.write('soon', (db) => touchNames(db, names, ports.clock.wall()))
}

/** True for a name as a terminal prepares it: the only form in which names are claimed and rung. */
export function isName(name: string): boolean {
  const prepared = prepareName(name)
  return prepared.ok && prepared.value === name
}

function nothing(): void {
  // a name outlives its wait
}

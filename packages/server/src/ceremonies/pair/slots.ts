import { drawSlot, isSlot, slotDigits, type Open } from '@hufu/protocol/pair'
import { after, sameTerminal, type ErrorCode, type MessageOf } from '@hufu/protocol/wire'
import type { UnixMs } from '../../clock.ts'
import type { Connection } from '../../relay/connection.ts'
import type { Db } from '../../store/schema.ts'
import { countOpenSlots, endSlot, findSlot, openSlot } from '../../store/slots.ts'
import { refuse, type PairPorts } from './ports.ts'
import type { Waiting } from './waiting.ts'

/** Draws per number of digits before one more digit is taken: a space that is mostly resting is left soon. */
const DRAWS = 8

/** Opens a slot, or takes one up again after a lost connection. */
export async function receiveOpen(
  ports: PairPorts,
  waiting: Waiting,
  connection: Connection,
  message: MessageOf<typeof Open>,
): Promise<void> {
  const now = ports.clock.wall()
  const { ref, again } = message
  if (waiting.byRef(connection, ref) !== undefined)
    return refuse(connection, ref, 'ERR_WIRE_UNEXPECTED')
  const opened =
    again === null
      ? await openNew(ports, connection, now)
      : await openAgain(ports, connection, again)
  if (typeof opened === 'string') return refuse(connection, ref, opened)
  const { number, lifetimeMs } = opened
  const cancel = ports.clock.wake(after(ports.clock.now(), lifetimeMs), () => {
    const wait = waiting.byRef(connection, ref)
    if (wait?.kind !== 'slot' || wait.at !== number || wait.pairing !== undefined) return
    waiting.remove(connection, wait)
    refuse(connection, ref, 'ERR_PAIR_EXPIRED')
  })
  waiting.add(connection, { ref, kind: 'slot', at: number, stop: cancel, pairing: undefined })
  connection.send({ type: 'pair.opened', ref, slot: number, lifetimeMs })
}

/** The opener wants no more of its slot; the number rests. */
export async function closeSlot(ports: PairPorts, number: string): Promise<void> {
  const now = ports.clock.wall()
  const restsUntil = now + ports.config.slotRestMs
  await ports.store.write('soon', async (db) => {
    await endSlot(db, number, { as: 'closed', now, restsUntil })
  })
}

interface Opened {
  readonly number: string
  readonly lifetimeMs: number
}

async function openNew(
  ports: PairPorts,
  connection: Connection,
  now: UnixMs,
): Promise<Opened | ErrorCode> {
  const { config, store } = ports
  const source = store.keyOf('source', connection.source)
  const lifetimeMs = config.slotLifetimeMs
  const expires = now + lifetimeMs
  const slot = {
    terminal: connection.terminal,
    source,
    opened: now,
    expires,
    restsUntil: expires + config.slotRestMs,
  }
  return store.write('soon', async (db) => {
    const open = await countOpenSlots(db, source, now)
    if (open.all >= config.slots) return 'ERR_BUSY'
    if (open.ofSource >= config.slotsPerSource) return 'ERR_PAIR_SLOTS'
    const number = await drawFree(ports, db, slot, slotDigits(open.all))
    return { number, lifetimeMs }
  })
}

/** Opens the slot under the first number drawn that is neither in use nor resting. */
async function drawFree(
  ports: PairPorts,
  db: Db,
  slot: Omit<Parameters<typeof openSlot>[1], 'number'>,
  digits: number,
): Promise<string> {
  for (let draw = 0; draw < DRAWS; draw += 1) {
    const number = drawSlot(digits, ports.random)
    if (await openSlot(db, { ...slot, number })) return number
  }
  return drawFree(ports, db, slot, digits + 1)
}

async function openAgain(
  ports: PairPorts,
  connection: Connection,
  number: string,
): Promise<Opened | ErrorCode> {
  const now = ports.clock.wall()
  const slot = isSlot(number) ? await ports.store.read((db) => findSlot(db, number)) : undefined
  const mine =
    slot?.state === 'open' && slot.expires > now && sameTerminal(slot.terminal, connection.terminal)
  return mine ? { number, lifetimeMs: slot.expires - now } : 'ERR_PAIR_EXPIRED'
}

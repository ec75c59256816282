import type { Ring } from '@hufu/protocol/call'
import { hex } from '@hufu/protocol/crypto'
import { after, type MessageOf, type Ms } from '@hufu/protocol/wire'
import type { Clock } from '../../clock.ts'
import type { Connection, Room } from '../../relay/connection.ts'

/** Calls that ring at one terminal, at most: many callers together fill neither it nor this process. Our choice. */
const MOST_HERE = 64

/** What rings at the terminals of this process, and who of them has said that they are busy. */
export interface RingsHere extends Room {
  /** It rings there from now on. False if the connection is gone, or too much rings there. */
  add(connection: Connection, ring: MessageOf<typeof Ring>): boolean
  has(connection: Connection, call: Uint8Array): boolean
  /** It rings there no longer. Undefined if it did not. */
  remove(connection: Connection, call: Uint8Array): { readonly user: string } | undefined
  /** As {@link remove}, where the user has answered: nobody has to hear that the others are busy. */
  answered(connection: Connection, call: Uint8Array): { readonly user: string } | undefined
  /** The terminal is in another call. */
  busy(connection: Connection, call: Uint8Array): void
}

interface One {
  readonly call: Uint8Array
  readonly user: string
  /** When it is over, should nobody say so. */
  readonly until: Ms
  isBusy: boolean
}

/** `engaged` is called when all terminals here where a user is rung for a call have come to be busy. */
export function ringsHere(
  clock: Clock,
  engaged: (call: Uint8Array, user: string) => void,
): RingsHere {
  const byConnection = new Map<Connection, Map<string, One>>()
  const byRing = new Map<string, Set<One>>()

  const forget = (one: One): ReadonlySet<One> => {
    const key = keyOf(one)
    const left = byRing.get(key) ?? new Set<One>()
    left.delete(one)
    if (left.size === 0) byRing.delete(key)
    return left
  }

  const look = ({ call, user }: One, all: ReadonlySet<One>): void => {
    if (all.size > 0 && [...all].every(({ isBusy }) => isBusy)) engaged(call, user)
  }

  /** One that was free is gone: those who stay may all be busy. */
  const leave = (one: One): void => {
    const left = forget(one)
    if (!one.isBusy) look(one, left)
  }

  const take = (connection: Connection, call: Uint8Array): One | undefined => {
    const here = byConnection.get(connection)
    const one = here?.get(hex(call))
    here?.delete(hex(call))
    return one
  }

  return {
    opened: (connection) => void byConnection.set(connection, new Map()),
    lost(connection) {
      const here = byConnection.get(connection)
      byConnection.delete(connection)
      for (const one of here?.values() ?? []) leave(one)
    },
    add(connection, { call, user, ringMs }) {
      const here = byConnection.get(connection)
      if (here === undefined) return false
      const now = clock.now()
      for (const [id, one] of here)
        if (one.until <= now || id === hex(call)) {
          here.delete(id)
          forget(one)
        }
      if (here.size >= MOST_HERE) return false
      const one = { call, user, until: after(now, ringMs), isBusy: false }
      here.set(hex(call), one)
      byRing.set(keyOf(one), (byRing.get(keyOf(one)) ?? new Set<One>()).add(one))
      return true
    },
    has: (connection, call) => byConnection.get(connection)?.has(hex(call)) === true,
    remove(connection, call) {
      const one = take(connection, call)
      if (one !== undefined) leave(one)
      return one
    },
    answered(connection, call) {
      const one = take(connection, call)
      if (one !== undefined) forget(one)
      return one
    },
    busy(connection, call) {
      const one = byConnection.get(connection)?.get(hex(call))
      if (one === undefined || one.isBusy) return
      one.isBusy = true
      look(one, byRing.get(keyOf(one)) ?? new Set())
    },
  }
}

function keyOf({ call, user }: Pick<One, 'call' | 'user'>): string {
  return `${hex(call)} ${user}`
}

import type { Connection } from '../../relay/connection.ts'

/** What a terminal waits under, to be rung. */
export interface Wait {
  readonly ref: number
  readonly kind: 'slot' | 'name' | 'meeting' | 'user'
  /** Digits, name, meeting id in base64url, or user ID. */
  readonly at: string
  /** What else must end when the wait does. */
  readonly stop: () => void
  /** The attempt under way, as hex: one at a time. */
  pairing: string | undefined
}

/** Who waits here, by connection. */
export interface Waiting {
  /**
   * False if the connection already waits, or requests, under this number, or is gone: nobody would ever end its wait.
   * Waiting at the same place again replaces.
   */
  add(connection: Connection, wait: Wait): boolean
  byRef(connection: Connection, ref: number): Wait | undefined
  byAddress(connection: Connection, kind: Wait['kind'], at: string): Wait | undefined
  byPairing(connection: Connection, pairing: string): Wait | undefined
  remove(connection: Connection, wait: Wait): void
  /** The connection is gone: ends them all. The result: those that were there. */
  removeAll(connection: Connection): readonly Wait[]
  count(connection: Connection, kind: Wait['kind']): number
  /** Every name that somebody waits under. */
  names(): readonly string[]
}

/** Nobody waits yet. */
export function nobodyWaiting(): Waiting {
  const all = new Map<Connection, Map<number, Wait>>()
  const gone = new WeakSet<Connection>()
  const of = (connection: Connection): readonly Wait[] => [...(all.get(connection)?.values() ?? [])]
  const remove = (connection: Connection, wait: Wait): void => {
    const waits = all.get(connection)
    if (waits?.get(wait.ref) !== wait) return
    waits.delete(wait.ref)
    if (waits.size === 0) all.delete(connection)
    wait.stop()
  }
  const byAddress = (connection: Connection, kind: Wait['kind'], at: string): Wait | undefined =>
    of(connection).find((wait) => wait.kind === kind && wait.at === at)
  return {
    add(connection, wait) {
      if (gone.has(connection)) {
        wait.stop()
        return false
      }
      if (all.get(connection)?.has(wait.ref) === true) return false
      const former = byAddress(connection, wait.kind, wait.at)
      if (former !== undefined) remove(connection, former)
      const waits = all.get(connection) ?? new Map<number, Wait>()
      all.set(connection, waits.set(wait.ref, wait))
      return true
    },
    byRef: (connection, ref) => all.get(connection)?.get(ref),
    byAddress,
    byPairing: (connection, pairing) => of(connection).find((wait) => wait.pairing === pairing),
    remove,
    removeAll(connection) {
      gone.add(connection)
      const waits = of(connection)
      for (const wait of waits) remove(connection, wait)
      return waits
    },
    count: (connection, kind) => of(connection).filter((wait) => wait.kind === kind).length,
    names: () =>
      [...all.values()]
        .flatMap((waits) => [...waits.values()])
        .filter((wait) => wait.kind === 'name')
        .map((wait) => wait.at),
  }
}

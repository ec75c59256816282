import type { GcmKey } from './envelope.ts'

/** A data key that was used lately. */
export interface CachedKey {
  readonly serial: number
  readonly id: Uint8Array
  readonly key: GcmKey
}

/** Data keys that were used lately, one for each owner. */
export interface DataKeyCache {
  find(owner: string): CachedKey | undefined
  /** Keeps a key; the one that was used the longest ago is wiped if there are too many. */
  keep(owner: string, key: CachedKey): void
  /** Wipes all. */
  clear(): void
}

/**
 * A cache for at most `most` owners. It gives away little: whoever reads this process's memory finds the master key there
 * as well, or with a token may use it just then. What the bound keeps from such a reader is the data keys of owners who
 * were not busy. Whoever uses a key holds its id against the store's row: one whose row is gone opens and seals nothing.
 */
export function dataKeyCache(most: number): DataKeyCache {
  // a Map hands out its keys in the order in which they were set: the first is the oldest
  const keys = new Map<string, CachedKey>()
  return {
    find(owner) {
      const found = keys.get(owner)
      if (found === undefined) return undefined
      keys.delete(owner)
      keys.set(owner, found)
      return found
    },
    keep(owner, key) {
      keys.delete(owner)
      keys.set(owner, key)
      if (keys.size <= most) return
      const [oldest, { key: wiped }] = keys.entries().next().value!
      keys.delete(oldest)
      wiped.wipe()
    },
    clear() {
      for (const { key } of keys.values()) key.wipe()
      keys.clear()
    },
  }
}

import type { Pin, Pins } from '@hufu/terminal'
import { answer, transact } from './database.ts'

/** A user who was met, verified, with the keys in the order in which they were met. */
export interface PinnedUser {
  readonly user: string
  readonly keys: readonly Pin[]
}

/** Pins in IndexedDB: whom this browser has met. They are no secrets, and not sealed. */
export interface BrowserPins extends Pins {
  all(): Promise<readonly PinnedUser[]>
  forget(user: string): Promise<void>
}

/** Every method may throw {@link HufuError} `ERR_PROFILE`. */
export const pins: BrowserPins = {
  of: (user) =>
    transact('pins', 'readonly', async (records) => (await pinned(records, user))?.keys ?? []),
  keep: (user, { keyId, kind }, nowUnixMs) =>
    transact('pins', 'readwrite', async (records) => {
      const keys = (await pinned(records, user))?.keys ?? []
      const met = keys.find((pin) => pin.keyId.join() === keyId.join())
      const fresh: Pin = {
        keyId,
        kind,
        metUnixMs: met?.metUnixMs ?? nowUnixMs,
        usedUnixMs: nowUnixMs,
      }
      const others = keys.filter((pin) => pin !== met)
      const row: PinnedUser = {
        user,
        keys: [...others, fresh].toSorted((a, b) => a.metUnixMs - b.metUnixMs),
      }
      records.put(row, user)
    }),
  all: () =>
    transact('pins', 'readonly', async (records) => answer<PinnedUser[]>(records.getAll())),
  forget: (user) =>
    transact('pins', 'readwrite', async (records) => {
      await answer(records.delete(user))
    }),
}

function pinned(records: IDBObjectStore, user: string): Promise<PinnedUser | undefined> {
  return answer<PinnedUser | undefined>(records.get(user))
}

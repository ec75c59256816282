import { HufuError } from '@hufu/terminal'

/** What the page keeps, each under the key that its own file says. */
export type Store = 'keys' | 'seeds' | 'contacts' | 'guesses' | 'kept' | 'pins' | 'issuers'

const NAME = 'hufu'
const VERSION = 2
const STORES: readonly Store[] = ['keys', 'seeds', 'contacts', 'guesses', 'kept', 'pins', 'issuers']

let opened: Promise<IDBDatabase> | undefined

/**
 * Runs `act` in one transaction over `store` and resolves with what it gave when all of it is on disk; nothing is
 * written if `act` throws. `act` may wait for requests of this transaction and for nothing else, or it ends too soon.
 *
 * @throws {HufuError} `ERR_PROFILE` if the browser keeps nothing for this page, or has no room; what `act` throws.
 */
export async function transact<T>(
  store: Store,
  mode: 'readonly' | 'readwrite',
  act: (records: IDBObjectStore) => Promise<T>,
): Promise<T> {
  const database = await open()
  try {
    const transaction = database.transaction(store, mode, { durability: 'strict' })
    const over = ending(transaction)
    over.catch(() => undefined) // told by `act` first, if it failed in there
    const result = await act(transaction.objectStore(store)).catch((error: unknown) => {
      if (transaction.error === null) abort(transaction)
      throw error
    })
    await over
    return result
  } catch (cause) {
    throw refused(cause)
  }
}

/** What a request gives. */
export function answer<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error ?? new Error('IndexedDB'))
  })
}

/** `ERR_PROFILE` for whatever the browser's storage refused. */
export function refused(cause: unknown): HufuError {
  if (cause instanceof HufuError) return cause
  const name = cause instanceof Error ? cause.name : ''
  const why =
    name === 'QuotaExceededError'
      ? 'the browser has no room left for this page'
      : `the browser cannot keep anything for this page (${name === '' ? String(cause) : name})`
  return new HufuError('ERR_PROFILE', why, { cause })
}

function open(): Promise<IDBDatabase> {
  opened ??= connect().catch((cause: unknown) => {
    opened = undefined
    throw refused(cause)
  })
  return opened
}

function connect(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, VERSION)
    request.onupgradeneeded = () => {
      const there = request.result.objectStoreNames
      for (const store of STORES)
        if (!there.contains(store)) request.result.createObjectStore(store)
    }
    request.onsuccess = () => {
      const database = request.result
      // A newer page wants to change the form, or the user cleared everything: the next call opens it anew.
      database.onversionchange = () => {
        database.close()
        opened = undefined
      }
      database.onclose = () => (opened = undefined)
      resolve(database)
    }
    request.onerror = () => reject(request.error ?? new Error('IndexedDB'))
    request.onblocked = () => reject(new Error('another tab still has the older form open'))
  })
}

function ending(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve()
    transaction.onabort = () => reject(transaction.error ?? new Error('AbortError'))
  })
}

function abort(transaction: IDBTransaction): void {
  try {
    transaction.abort()
  } catch {
    // It has ended by itself.
  }
}

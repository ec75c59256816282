import type { KeptTalk } from '@hufu/terminal'
import { answer, transact } from './database.ts'
import { seal, unseal, type Sealed } from './seal.ts'

/** A talk that a reload goes on with, and what the page showed of it. */
export interface KeptScreen<Line> {
  readonly kept: KeptTalk
  /** Plain data: texts, numbers, octets. */
  readonly shown: readonly Line[]
}

/** Where talks are kept, each under an id that the tab holds in its sessionStorage. */
export interface KeptTalks<Line> {
  /** Replaces what was kept under `id`; resolves when it is on disk. */
  save(id: string, screen: KeptScreen<Line>): Promise<void>
  /** Undefined if nothing is kept there, or if another tab goes on with it. */
  load(id: string): Promise<KeptScreen<Line> | undefined>
  forget(id: string): Promise<void>
}

/** Milliseconds after which nobody goes on with a talk any more: it is deleted. Our choice. */
const KEPT_MS = 86_400_000
/** Milliseconds that a page that is being reloaded may take to let go of its talk. Our choice. */
const LET_GO_MS = 3_000

interface Row {
  readonly savedUnixMs: number
  readonly sealed: Sealed
}

/**
 * Keeps talks in IndexedDB, sealed ({@link seal}). A talk belongs to one tab at a time: a tab that was duplicated has
 * the same id and must not go on with the same talk.
 *
 * Every method may throw {@link HufuError} `ERR_PROFILE`.
 */
export function keptTalks<Line>(): KeptTalks<Line> {
  const ours = new Map<string, () => void>()

  const claim = async (id: string): Promise<boolean> => {
    if (ours.has(id)) return true
    const release = await hold(`hufu talk ${id}`)
    if (release === undefined) return false
    ours.set(id, release)
    return true
  }

  return {
    async save(id, screen) {
      await claim(id)
      const sealed = await seal('kept', id, screen)
      const row: Row = { savedUnixMs: Date.now(), sealed }
      await transact('kept', 'readwrite', (rows) => answer(rows.put(row, id)))
    },
    async load(id) {
      if (!(await claim(id))) return undefined
      await forgetOld()
      const row = await transact('kept', 'readonly', (rows) =>
        answer<Row | undefined>(rows.get(id)),
      )
      if (row === undefined) return undefined
      return (await unseal('kept', id, row.sealed)) as KeptScreen<Line>
    },
    async forget(id) {
      await transact('kept', 'readwrite', (rows) => answer(rows.delete(id)))
      ours.get(id)?.()
      ours.delete(id)
    },
  }
}

/** Takes a lock for as long as the page lives, or until the function it resolves with is called. */
function hold(name: string): Promise<(() => void) | undefined> {
  return new Promise((resolve) => {
    const released = Promise.withResolvers<void>()
    const signal = AbortSignal.timeout(LET_GO_MS)
    navigator.locks
      .request(name, { signal }, () => {
        resolve(() => released.resolve())
        return released.promise
      })
      .catch(() => resolve(undefined))
  })
}

async function forgetOld(): Promise<void> {
  await transact('kept', 'readwrite', async (rows) => {
    const [ids, all] = await Promise.all([answer(rows.getAllKeys()), answer<Row[]>(rows.getAll())])
    for (const [at, { savedUnixMs }] of all.entries())
      if (savedUnixMs < Date.now() - KEPT_MS) rows.delete(ids[at]!)
  })
}

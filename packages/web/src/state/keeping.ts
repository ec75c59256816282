import type { KeptTalk, TalkKeeper } from '@hufu/terminal'
import { keptTalks, type KeptScreen } from '../ports/kept.ts'
import type { ShownLine } from './lines.ts'
import type { Log } from './log.ts'
import { isSame } from './same.ts'

/** Where this tab holds the id of its talk; the talk itself is sealed in IndexedDB. */
const STORAGE_KEY = 'hufu.talk'
/** Milliseconds that changes of what is shown may wait to be kept. Our choice. */
const GATHER_MS = 400

const talks = keptTalks<ShownLine>()

/** The talk that this tab was in when it was reloaded, if it was in one and may go on with it. */
export async function keptTalk(): Promise<
  { readonly id: string; readonly screen: KeptScreen<ShownLine> } | undefined
> {
  const id = heldId()
  if (id === undefined) return undefined
  const screen = await talks.load(id).catch(() => undefined)
  if (screen === undefined) hold(undefined)
  return screen === undefined ? undefined : { id, screen }
}

/** Whether this tab was in a talk: known at once, before {@link keptTalk} has looked. */
export function wasInTalk(): boolean {
  return heldId() !== undefined
}

/**
 * Keeps a talk and what the page shows of it, so that a reload goes on. Where the browser keeps nothing, the talk goes on
 * without: then a reload ends it.
 *
 * @param id under which it is kept already; a new one if undefined
 */
export function keeping(log: Log, id: string = crypto.randomUUID()): TalkKeeper {
  let latest: KeptTalk | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  let queue = Promise.resolve()
  let broken = false

  const write = (): Promise<void> => {
    clearTimeout(timer)
    timer = undefined
    const kept = latest
    if (broken || kept === undefined) return queue
    const screen = { kept, shown: log.snapshot(kept) }
    queue = queue
      .then(() => talks.save(id, screen))
      .then(() => hold(id))
      .catch(giveUp)
    return queue
  }
  const giveUp = (): void => {
    broken = true
    hold(undefined)
  }
  log.watch(() => {
    if (latest !== undefined) timer ??= setTimeout(() => void write(), GATHER_MS)
  })

  return {
    save(kept) {
      // Told after every acknowledgement, those of a file's pieces too, which change nothing of it.
      if (kept !== undefined && latest !== undefined && isSame(kept, latest)) return queue
      latest = kept
      if (kept !== undefined) {
        log.settle(kept)
        return write()
      }
      clearTimeout(timer)
      hold(undefined)
      queue = queue.then(() => talks.forget(id)).catch(giveUp)
      return queue
    },
  }
}

/** Forgets a kept talk that cannot be gone on with. */
export async function forgetTalk(id: string): Promise<void> {
  hold(undefined)
  await talks.forget(id).catch(() => undefined)
}

function heldId(): string | undefined {
  try {
    return sessionStorage.getItem(STORAGE_KEY) ?? undefined
  } catch {
    return undefined
  }
}

function hold(id: string | undefined): void {
  try {
    if (id === undefined) sessionStorage.removeItem(STORAGE_KEY)
    else sessionStorage.setItem(STORAGE_KEY, id)
  } catch {
    // Without it a reload ends the talk, as it would have before.
  }
}

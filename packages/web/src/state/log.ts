import { signal, type ReadonlySignal, type Signal } from '@preact/signals'
import { afterReload, isCounted, isMoving, settled, type Counted, type ShownLine } from './lines.ts'

/** What can be done about a file. Which of it makes sense, its stage says. */
export interface FileActs {
  readonly accept?: () => void
  /** Asks for a place first, where the browser can. */
  readonly acceptAt?: () => void
  readonly decline?: () => void
  readonly cancel?: () => void
  /** Sends it again. */
  readonly again?: () => void
  /** Hands what was stored to the user once more. */
  readonly saveAgain?: () => void
}

/** One line of a conversation, as it is now. */
export interface Line {
  readonly id: number
  readonly shown: Signal<ShownLine>
  readonly acts: Signal<FileActs>
}

/** Everything that a conversation shows, in order. */
export interface Log {
  readonly lines: ReadonlySignal<readonly Line[]>
  add(shown: ShownLine, acts?: FileActs): Line
  /** A line has changed, or must change: both are seen by whoever watches. */
  change(line: Line, shown: ShownLine): void
  /** What is to be kept along with what the library keeps. */
  snapshot(kept: Counted): readonly ShownLine[]
  /** The library has said what is delivered. */
  settle(kept: Counted): void
  /** Called after every change but that of how far a file has come, which no reload goes on from. */
  watch(changed: () => void): void
}

/** A log that is empty, or as it was before a reload. */
export function startLog(before?: {
  readonly shown: readonly ShownLine[]
  readonly kept: Counted
}): Log {
  let ids = 0
  let changed: () => void = () => undefined
  const made = (shown: ShownLine, acts: FileActs = {}): Line => {
    ids += 1
    return { id: ids, shown: signal(shown), acts: signal(acts) }
  }
  const lines = signal<readonly Line[]>(
    (before?.shown ?? []).map((shown) => made(afterReload(shown, before!.kept))),
  )
  const change = (line: Line, shown: ShownLine): void => {
    const before = line.shown.value
    if (before === shown) return
    line.shown.value = shown
    if (!isMoving(before) || !isMoving(shown)) changed()
  }
  return {
    lines,
    add(shown, acts) {
      const line = made(shown, acts)
      lines.value = [...lines.value, line]
      changed()
      return line
    },
    change,
    snapshot: (kept) =>
      lines.value.map((line) => line.shown.value).filter((shown) => isCounted(shown, kept)),
    settle(kept) {
      for (const line of lines.value) {
        const shown = line.shown.value
        if (shown.kind === 'text') change(line, settled(shown, kept))
      }
    },
    watch: (to) => void (changed = to),
  }
}

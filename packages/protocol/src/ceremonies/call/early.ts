import type { CallTalk } from './talk.ts'

/** Messages kept for one who is not in yet. Our choice: more than come in the seconds that a slow token takes. */
const MOST_KEPT = 256
/** Of one who is not the host. */
const MOST_KEPT_OF_ONE = 16

/** What is said to all while a member is not in yet, for when it is. */
export interface EarlyTalk {
  /** What the host says has room of its own, and nobody else fills all of the rest. */
  keep(from: number, message: CallTalk): void
  /** All of it, in its order; nothing is kept any more. */
  take(): readonly (readonly [from: number, message: CallTalk])[]
}

/** Nothing yet. `host`: its index, where it is known. */
export function earlyTalk(host: number | undefined): EarlyTalk {
  let kept: readonly (readonly [number, CallTalk])[] = []
  return {
    keep(from, message) {
      const isHost = from === host
      const others = kept.filter(([sender]) => (sender === host) === isHost)
      const own = kept.filter(([sender]) => sender === from)
      const most = isHost || host === undefined ? MOST_KEPT : MOST_KEPT_OF_ONE
      if (others.length < MOST_KEPT && own.length < most) kept = [...kept, [from, message]]
    },
    take() {
      const all = kept
      kept = []
      return all
    },
  }
}

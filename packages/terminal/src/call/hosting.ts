import { after } from '@hufu/protocol/wire'
import type { Clock } from '../clock.ts'

/** Milliseconds between two times that the server is told the epoch. Our choice: only its operator looks at it. */
const EVERY_MS = 10_000

/** What a host has the server know: that it is host, which it is told again until it believes so, and its epoch. */
export interface Hosting {
  /** Who hosts from now on. Said if that is this member, or was. */
  hosts(index: number, epoch: number): void
  /** The key has another epoch now. */
  moved(epoch: number): void
  stop(): void
}

/** What {@link hostingOf} needs. `tell` resolves once the server has taken it. */
export interface HostingPorts {
  readonly clock: Clock
  readonly self: number
  /** Whether this member hosts as the call begins; the server knows. */
  readonly isHost: boolean
  tell(index: number, epoch: number): Promise<void>
}

/** Hosting, of one member of a call. */
export function hostingOf({ clock, self, isHost: first, tell }: HostingPorts): Hosting {
  let isHost = first
  let epoch = 0
  let told: number | undefined
  let cancel: (() => void) | undefined

  const later = (): void => {
    cancel ??= clock.wake(after(clock.now(), EVERY_MS), () => {
      cancel = undefined
      if (isHost && told !== epoch) say(self)
    })
  }

  const attempt = async (index: number): Promise<void> => {
    const at = epoch
    try {
      await tell(index, at)
      told = at
    } catch {
      // not taken yet: a host that is gone is known to be only after a while
    }
  }

  const say = (index: number): void => {
    void attempt(index)
    if (index === self) later()
  }

  return {
    hosts(index, at) {
      const wasHost = isHost
      isHost = index === self
      epoch = at
      told = undefined
      if (isHost || wasHost) say(index)
    },
    moved(at) {
      epoch = at
      if (isHost) later()
    },
    stop() {
      isHost = false
      cancel?.()
    },
  }
}

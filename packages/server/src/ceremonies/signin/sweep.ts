import { after } from '@hufu/protocol/wire'
import { endBindings } from '../../authority/where.ts'
import {
  bindingAt,
  expiredBindings,
  touchBinding,
  unseenBindings,
  type Binding,
  type Seen,
} from '../../store/bindings.ts'
import type { Ending } from '../../store/endings.ts'
import type { SigninPorts } from './ports.ts'

/** Bindings that one transaction ends. Our choice: a few milliseconds. */
const AT_ONCE = 200
/** Milliseconds between two looks, at most, and as a part of the grace that a lost terminal has. Our choice. */
const LONGEST_MS = 60_000
const PART = 8

/** Looks for bindings that have had their time, from now on. The result stops it. */
export function sweepBindings(
  ports: SigninPorts,
  tell: (endings: readonly Ending[]) => void,
): () => void {
  const { clock, config, failed } = ports
  const every = Math.min(LONGEST_MS, Math.ceil(config.bindingGraceMs / PART))
  let cancel: () => void
  let running = false
  const look = async (): Promise<void> => {
    if (running) return
    running = true
    try {
      await sweepExpired(ports, tell)
      await sweepUnseen(ports, tell)
    } finally {
      running = false
    }
  }
  const later = (): void => {
    cancel = clock.wake(after(clock.now(), every), () => {
      look().catch(failed)
      later()
    })
  }
  later()
  return () => cancel()
}

async function sweepExpired(
  { audit, clock, store }: SigninPorts,
  tell: (endings: readonly Ending[]) => void,
): Promise<void> {
  for (;;) {
    const endings = await store.write('soon', async (db) => {
      const now = clock.wall()
      const ended = await expiredBindings(db, now, AT_ONCE)
      return endBindings(db, audit, ended, { ...OVER, now })
    })
    tell(endings)
    if (endings.length < AT_ONCE) return
  }
}

/**
 * Those whose terminal has not been seen for a while: if it is connected it is seen now, and if it has been gone for longer
 * than it may, its user is released.
 */
async function sweepUnseen(
  ports: SigninPorts,
  tell: (endings: readonly Ending[]) => void,
): Promise<void> {
  const { audit, clock, config, presence, store } = ports
  const grace = config.bindingGraceMs
  let after: Seen | undefined
  for (;;) {
    const behind = after
    const before = clock.wall() - Math.ceil(grace / PART)
    const page = await store.read((db) =>
      unseenBindings(db, { before, after: behind, most: AT_ONCE }),
    )
    const there = page.filter(({ terminal }) => presence.isThere(terminal))
    const gone = page.filter(
      (each) => !there.includes(each) && each.lastSeen <= clock.wall() - grace,
    )
    if (there.length + gone.length > 0) {
      const endings = await store.write('soon', async (db) => {
        const now = clock.wall()
        for (const { terminal } of there) await touchBinding(db, terminal, now)
        return endBindings(db, audit, await unseenStill(db, gone), { ...OVER, now })
      })
      tell(endings)
    }
    after = page.at(-1)
    if (page.length < AT_ONCE) return
  }
}

/** Those that nobody has bound or seen anew since they were looked at. */
async function unseenStill(
  db: Parameters<typeof bindingAt>[0],
  gone: readonly Binding[],
): Promise<readonly Binding[]> {
  const still: Binding[] = []
  for (const each of gone)
    if ((await bindingAt(db, each.terminal))?.lastSeen === each.lastSeen) still.push(each)
  return still
}

const OVER = { code: 'ERR_BINDING_EXPIRED', reason: '', actor: 'server' } as const

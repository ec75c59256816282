import { hex } from '@hufu/protocol/crypto'
import { HufuError, type ErrorCode } from '@hufu/protocol/wire'
import type { Actor } from '../audit/entry.ts'
import type { MasterState } from '../store/schema.ts'
import { countUnder } from '../vault/masters.ts'
import { rotate, type Progress, type RotatedSafe } from '../vault/rotation.ts'
import { act, granted, recorded, refused, type ActPorts } from './act.ts'
import type { Identity } from './identity.ts'

/** The vault as an operator has it. */
export interface VaultDesk {
  status(): Promise<VaultState>
  /**
   * Begins a change of the master key, or goes on with one that was cut off, in the background.
   *
   * @throws {HufuError} `ERR_BUSY` if one is under way; `ERR_SIGNED_OUT`, `ERR_FORBIDDEN`.
   */
  rotate(ports: ActPorts, who: Identity, actor: Actor): Promise<Progress>
  /** Goes on with one that was cut off, if there is one, as nobody has to ask for. */
  resume(ports: ActPorts): void
  /** Resolves when no change goes on any more: it is taken up again at the next start. */
  stop(): Promise<void>
}

interface VaultState {
  readonly owners: number
  readonly secrets: number
  readonly masters: readonly {
    readonly id: string
    readonly state: MasterState
    readonly dataKeys: number
  }[]
  /** Null: none goes on. */
  readonly change: Progress | null
  /** The last change that ended well, since the start. */
  readonly last: LastChange | null
  /** What the last change failed with, if none has ended well since. */
  readonly lastFailure: ErrorCode | null
}

interface LastChange {
  /** Ids of master keys, 32 hexadecimal digits. */
  readonly from: string
  readonly to: string
  readonly dataKeys: number
  /** It went on with one that had been cut off. */
  readonly resumed: boolean
  /** Where the key is now. */
  readonly place: string
}

/** A desk for this vault. */
export function vaultDesk(safe: RotatedSafe, failed: (error: unknown) => void): VaultDesk {
  const stopped = new AbortController()
  let change: Progress | null = null
  let last: LastChange | null = null
  let lastFailure: ErrorCode | null = null
  let running: Promise<void> = Promise.resolve()

  const run = async (ports: ActPorts, actor: Actor): Promise<void> => {
    const finish = async (outcome: 'done' | ErrorCode, dataKeys: number): Promise<void> => {
      const object = { kind: 'vault', id: '' } as const
      const deed = { action: 'vault.rotated', object, detail: { dataKeys } } as const
      const result = outcome === 'done' ? granted(undefined) : refused(outcome)
      await recorded(ports, actor, deed, async () => result)
    }
    try {
      const options = { signal: stopped.signal, progress: (at: Progress) => void (change = at) }
      const { from, to, done, resumed } = await rotate(safe, options)
      const { place } = safe.sources.next ?? safe.sources.current
      last = { from: hex(from), to: hex(to), dataKeys: done, resumed, place }
      lastFailure = null
      await finish('done', done)
    } catch (error) {
      lastFailure = error instanceof HufuError ? error.code : 'ERR_INTERNAL'
      // what nobody asked for, nobody looks after
      const asked = actor !== 'server'
      if (lastFailure === 'ERR_INTERNAL' || !(asked || lastFailure === 'ERR_INTERRUPTED'))
        failed(error)
      await finish(lastFailure, change?.done ?? 0).catch(() => undefined)
    } finally {
      change = null
    }
  }

  return {
    async status() {
      const counts = await safe.store.read(countUnder)
      return { ...counts, change, last, lastFailure }
    },
    async rotate(ports, who, actor) {
      if (change !== null) throw busy()
      change = { done: 0, total: 0 }
      try {
        await act(ports, {
          who,
          permission: 'vault.rotate',
          deed: { action: 'vault.rotate', object: { kind: 'vault', id: '' }, detail: {} },
          work: async () => granted(undefined),
        })
      } catch (error) {
        change = null
        throw error
      }
      lastFailure = null
      running = run(ports, actor)
      return { done: 0, total: 0 }
    },
    resume(ports) {
      if (safe.vault.leaving === undefined) return
      change = { done: 0, total: 0 }
      running = run(ports, 'server')
    },
    async stop() {
      stopped.abort()
      await running
    },
  }
}

function busy(): HufuError {
  return new HufuError('ERR_BUSY', 'the master key is being changed already')
}

import { HufuError, type ErrorCode } from '@hufu/protocol/wire'
import type { Actor } from '../audit/entry.ts'
import type { MasterState } from '../store/schema.ts'
import { countUnder, masterRows } from '../vault/masters.ts'
import { rotate, type Progress, type RotatedSafe } from '../vault/rotation.ts'
import { act, granted, recorded, refused, type ActPorts } from './act.ts'
import type { Identity } from './identity.ts'

/** The vault as an operator has it. */
export interface VaultDesk {
  status(): Promise<VaultState>
  /**
   * Begins a change of the master key, which goes on in the background.
   *
   * @throws {HufuError} `ERR_BUSY` if one is under way; `ERR_SIGNED_OUT`, `ERR_FORBIDDEN`.
   */
  rotate(ports: ActPorts, who: Identity, actor: Actor): Promise<Progress>
  /** Resolves when no change goes on any more: it is taken up again at the next start. */
  stop(): Promise<void>
}

interface VaultState {
  readonly secrets: number
  readonly masters: readonly {
    readonly id: string
    readonly state: MasterState
    readonly dataKeys: number
  }[]
  /** Null: none goes on. */
  readonly change: Progress | null
  /** What the last change that somebody asked for failed with. */
  readonly lastFailure: ErrorCode | null
}

/** A desk for this vault. */
export function vaultDesk(safe: RotatedSafe, failed: (error: unknown) => void): VaultDesk {
  const stopped = new AbortController()
  let change: Progress | null = null
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
      const { done } = await rotate(safe, options)
      await finish('done', done)
    } catch (error) {
      lastFailure = error instanceof HufuError ? error.code : 'ERR_INTERNAL'
      if (lastFailure === 'ERR_INTERNAL') failed(error)
      await finish(lastFailure, change?.done ?? 0).catch(() => undefined)
    } finally {
      change = null
    }
  }

  return {
    async status() {
      const { secrets, masters } = await safe.store.read(countUnder)
      return { secrets, masters, change, lastFailure }
    },
    async rotate(ports, who, actor) {
      if (change !== null) throw busy()
      change = { done: 0, total: 0 }
      try {
        // one that was cut off goes on by itself since the start
        const masters = await safe.store.read(masterRows)
        if (safe.vault.leaving !== undefined && masters.length > 1) throw busy()
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
    async stop() {
      stopped.abort()
      await running
    },
  }
}

function busy(): HufuError {
  return new HufuError('ERR_BUSY', 'the master key is being changed already')
}

import { hex } from '@hufu/protocol/crypto'
import { HufuError } from '@hufu/protocol/wire'
import type { MasterKey } from './master/master-key.ts'

/** The master keys at hand that the store has proven, by their ids. */
export interface Ring {
  add(key: MasterKey): void
  /**
   * The key of this id.
   *
   * @throws {HufuError} `ERR_VAULT_KEY` if it is not at hand.
   */
  key(id: Uint8Array): MasterKey
  drop(id: Uint8Array): void
}

/** An empty ring. */
export function emptyRing(): Ring {
  const keys = new Map<string, MasterKey>()
  return {
    add: (key) => void keys.set(hex(key.id), key),
    key(id) {
      const key = keys.get(hex(id))
      if (key === undefined)
        throw new HufuError('ERR_VAULT_KEY', `the master key ${hex(id)} is not at hand`)
      return key
    },
    drop: (id) => void keys.delete(hex(id)),
  }
}

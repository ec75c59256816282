import type { MasterKey } from './master-key.ts'

/** A place where master keys are kept: a file, the environment, a token. */
export interface MasterKeySource {
  /** For messages: what the operator has to look at. */
  readonly place: string
  /** Every key that is there, the one in use first. */
  keys(): Promise<readonly MasterKey[]>
  /**
   * Makes a key that outlives this process, beside any that is there.
   *
   * @throws {HufuError} `ERR_CONFIG` where only the operator can: in the environment.
   */
  make(): Promise<MasterKey>
  /** The store needs no other key than `id` any more: what {@link make} has replaced may go. Again does no harm. */
  settle(id: Uint8Array): Promise<void>
}

import type { Secret } from '@hufu/protocol/crypto'
import { chipKeyOf } from '@hufu/protocol/signin'

/** A terminal's security chip (A5): a root key that stays where it is, and what is made of it. */
export interface Chip {
  /**
   * The key that signs in at this terminal, 32 octets, and at no other. The caller wipes it.
   *
   * Rejects with {@link HufuError} `ERR_HSM_…` where a token does not do its part.
   */
  signinKey(terminal: Uint8Array): Promise<Secret>
}

/** A chip whose root key, 32 octets, is in this process's memory. */
export function softwareChip(root: Secret): Chip {
  return { signinKey: async (terminal) => chipKeyOf(root, terminal) }
}

import { concat, Secret, utf8 } from '@hufu/protocol/crypto'
import { HufuError } from '@hufu/protocol/wire'
import { enterToken, type TokenEntry } from '../entry.ts'
import type { TokenThread } from '../token/thread.ts'
import type { ChipActs, RootName } from './acts.ts'

/** A terminal's security chip: a token that holds a symmetric root key (A5). */
export interface TokenChip {
  /** What a profile keeps of it. Not secret. */
  readonly place: RootName
  /**
   * K_signin of the terminal with this communication ID, 32 octets: HMAC-SHA-256 of it under the root, made in the token.
   *
   * Rejects with {@link HufuError} `ERR_HSM_…`, `ERR_SECRET_WIPED` after `close`.
   */
  signinKey(terminal: Uint8Array): Promise<Secret>
  close(): Promise<void>
}

/**
 * Makes a root key in a token, which never leaves it.
 *
 * @throws {HufuError} `ERR_KEY_EXISTS` if the token has one of that label; `ERR_HSM_…`; what `notes` throws.
 */
export async function newTokenChip(entry: TokenEntry, label: string): Promise<TokenChip> {
  return withChip(entry, async (thread) => {
    if ((await thread.ask('roots', label)).length > 0)
      throw new HufuError('ERR_KEY_EXISTS', `the token has a root key ${label} already`)
    return thread.ask('make', label)
  })
}

/**
 * A root key that is in the token, put there by its maker or by {@link newTokenChip}.
 *
 * @throws {HufuError} `ERR_KEY_ABSENT` if there is none of that label that cannot leave it, or more than one; `ERR_HSM_…`; what
 * `notes` throws.
 */
export async function findTokenChip(entry: TokenEntry, label: string): Promise<TokenChip> {
  return withChip(entry, async (thread) => {
    const [root, second] = await thread.ask('roots', label)
    if (root !== undefined && second === undefined) return root
    throw new HufuError(
      'ERR_KEY_ABSENT',
      root === undefined
        ? `the token has no secret key ${label} that makes tags and cannot leave it`
        : `the token has more than one secret key ${label}`,
    )
  })
}

async function withChip(
  entry: TokenEntry,
  choose: (thread: TokenThread<ChipActs>) => Promise<RootName>,
): Promise<TokenChip> {
  const worker = new URL('worker.ts', import.meta.url)
  return enterToken(worker, entry, async (thread: TokenThread<ChipActs>) =>
    chipOver(thread, await choose(thread)),
  )
}

function chipOver(thread: TokenThread<ChipActs>, place: RootName): TokenChip {
  let closed = false
  return {
    place,
    async signinKey(terminal) {
      if (closed) throw new HufuError('ERR_SECRET_WIPED', 'used after close()')
      return new Secret(await thread.ask('hmac', place, concat(SIGNIN, terminal)))
    },
    async close() {
      if (closed) return
      closed = true
      await thread.end()
    },
  }
}

/** As `chipKeyOf` of the protocol has it, for roots that are not in a token. */
const SIGNIN = utf8('hufu/1 signin')

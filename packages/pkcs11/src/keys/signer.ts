import { sha256 } from '@hufu/protocol/crypto'
import { ecdsaP256 } from '@hufu/protocol/crypto/more'
import { HufuError } from '@hufu/protocol/wire'
import { startToken, type TokenPlace, type TokenThread } from '../token/thread.ts'
import type { KeyActs } from './acts.ts'
import type { FoundPair } from './pairs.ts'

const WORKER = new URL('worker.ts', import.meta.url)

/** A P-256 key in a token that signs whatever its program says, as an authority's. Rejects with {@link HufuError} `ERR_HSM_…`. */
export interface TokenSigner {
  /** An uncompressed point, 65 octets. */
  readonly publicKey: Uint8Array
  /** ECDSA over the SHA-256 hash of these octets: r ‖ s, 64 octets. */
  sign(octets: Uint8Array): Promise<Uint8Array>
  /** Logs out and ends the thread. */
  close(): Promise<void>
}

/**
 * The key of this label, made if the token has none. Only one that cannot leave the token is taken. No last try of a PIN is
 * ever spent.
 *
 * @throws {HufuError} `ERR_KEY_ABSENT` if what is there of that label cannot be used, or is more than one; `ERR_HSM_…`.
 */
export async function openTokenSigner(place: TokenPlace, label: string): Promise<TokenSigner> {
  const thread = await startToken<KeyActs>(WORKER, place)
  try {
    const pair = (await foundIn(thread, label)) ?? (await madeIn(thread, label))
    return signerOver(thread, pair)
  } catch (error) {
    await thread.end()
    throw error
  }
}

type Usable = FoundPair & { readonly publicKey: Uint8Array }

async function foundIn(thread: TokenThread<KeyActs>, label: string): Promise<Usable | undefined> {
  const named = (await thread.ask('pairs')).filter(({ name }) => name.label === label)
  const [pair] = named
  if (pair === undefined) return undefined
  if (named.length === 1 && pair.signs && pair.stays && pair.publicKey !== undefined)
    return { ...pair, publicKey: pair.publicKey }
  throw new HufuError(
    'ERR_KEY_ABSENT',
    `the token must have one pair of the label ${label}, which signs and cannot leave it`,
  )
}

async function madeIn(thread: TokenThread<KeyActs>, label: string): Promise<Usable> {
  await thread.ask('make', label, 'signing')
  const made = await foundIn(thread, label)
  if (made !== undefined) return made
  throw new HufuError('ERR_HSM_FAILED', 'the token does not show the key that it has made')
}

function signerOver(thread: TokenThread<KeyActs>, { name, publicKey }: Usable): TokenSigner {
  return {
    publicKey,
    async sign(octets) {
      const signature = await thread.ask('sign', name, sha256(octets))
      if (ecdsaP256.verify(publicKey, octets, signature)) return signature
      throw new HufuError('ERR_HSM_FAILED', 'the token made a signature that is not good')
    },
    close: () => thread.end(),
  }
}

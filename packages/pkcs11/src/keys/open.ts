import { X509Certificate } from 'node:crypto'
import { HufuError } from '@hufu/protocol/wire'
import { enterToken, type TokenEntry } from '../entry.ts'
import type { TokenThread } from '../token/thread.ts'
import type { KeyActs } from './acts.ts'
import { choosePairs, type KeyChoice } from './choice.ts'
import type { FoundPair } from './pairs.ts'
import { proveAgreement, tokenKeyOver, type TokenKey, type TokenKeyPlace } from './token-key.ts'

const WORKER = new URL('worker.ts', import.meta.url)

/**
 * Makes a key in a token: a pair that signs and a pair that agrees, both under this label, neither of which can leave it.
 *
 * @throws {HufuError} `ERR_KEY_EXISTS` if the token has a key of that label; `ERR_HSM_…`; what `notes` throws.
 */
export async function newTokenKey(entry: TokenEntry, label: string): Promise<TokenKey> {
  return enterToken(WORKER, entry, async (thread: TokenThread<KeyActs>) => {
    if ((await thread.ask('pairs')).some(({ name }) => name.label === label))
      throw new HufuError('ERR_KEY_EXISTS', `the token has a key ${label} already`)
    const signing = await thread.ask('make', label, 'signing')
    try {
      const agreement = await thread.ask('make', label, 'agreement')
      try {
        return await chosen(thread, { signing: signing.id, agreement: agreement.id })
      } catch (error) {
        await thread.ask('remove', agreement).catch(() => undefined)
        throw error
      }
    } catch (error) {
      // half a key is none, and would be in the way of the next try
      await thread.ask('remove', signing).catch(() => undefined)
      throw error
    }
  })
}

/**
 * A key that is in a token already, whoever made it.
 *
 * @throws {HufuError} `ERR_KEY_ABSENT`, saying why, if the choice is not of exactly two pairs; `ERR_HSM_…`; what `notes` throws.
 */
export async function findTokenKey(entry: TokenEntry, choice: KeyChoice): Promise<TokenKey> {
  return enterToken(WORKER, entry, async (thread: TokenThread<KeyActs>) => chosen(thread, choice))
}

/**
 * A key whose place is known.
 *
 * @throws {HufuError} `ERR_KEY_ABSENT` if it is no longer in the token; `ERR_HSM_…`; what `notes` throws.
 */
export async function openTokenKey(entry: TokenEntry, place: TokenKeyPlace): Promise<TokenKey> {
  return enterToken(WORKER, entry, async (thread: TokenThread<KeyActs>) => {
    const present = await thread.ask('present', [place.signing, place.agreement])
    if (!present.every(Boolean))
      throw new HufuError('ERR_KEY_ABSENT', `the token has no key ${place.signing.label}`)
    return tokenKeyOver(thread, place)
  })
}

/**
 * The P-256 pairs of a token.
 *
 * @throws {HufuError} `ERR_HSM_…`; what `notes` throws.
 */
export async function tokenPairs(entry: TokenEntry): Promise<readonly FoundPair[]> {
  return enterToken(WORKER, entry, async (thread: TokenThread<KeyActs>) => {
    const found = await pairsIn(thread)
    await thread.end()
    return found
  })
}

async function chosen(thread: TokenThread<KeyActs>, choice: KeyChoice): Promise<TokenKey> {
  const { signing, agreement } = choosePairs(await pairsIn(thread), choice)
  const key = tokenKeyOver(thread, {
    signing: signing.name,
    agreement: agreement.name,
    publicKeys: {
      algorithm: 'p256',
      signing: signing.publicKey,
      agreement: agreement.publicKey,
    },
  })
  await proveAgreement(key)
  return key
}

/** Where a token has no public key for a pair, as PIV cards, its certificate tells it. */
async function pairsIn(thread: TokenThread<KeyActs>): Promise<readonly FoundPair[]> {
  const found = await thread.ask('pairs')
  return found.map((pair) => ({ ...pair, publicKey: pair.publicKey ?? certifiedKey(pair) }))
}

function certifiedKey({ certificates }: FoundPair): Uint8Array | undefined {
  for (const { der } of certificates) {
    const point = pointIn(der)
    if (point !== undefined) return point
  }
  return undefined
}

/** The point of a P-256 certificate, whoever signed it and however: what it says is proven by the key itself. */
function pointIn(der: Uint8Array): Uint8Array | undefined {
  try {
    const jwk = new X509Certificate(der).publicKey.export({ format: 'jwk' })
    if (jwk.crv !== 'P-256') return undefined
    const halves = [jwk.x, jwk.y].map((half) => Buffer.from(half ?? '', 'base64url'))
    return Uint8Array.from([4, ...Buffer.concat(halves)])
  } catch {
    return undefined
  }
}

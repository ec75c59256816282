import { hkdf, lvCat, Secret, utf8, wipe, type Random } from '../../crypto/index.ts'
import type { KeyTraffic } from '../../identity/index.ts'

/** Octets that a token draws at a time, of a call's secret, and of what is kept for the next one. */
const DRAWN_OCTETS = 32
const SECRET_OCTETS = 32
const POOL_OCTETS = 32

/**
 * Makes a call's secrets, of 32 octets, through the host's KEY (A10, A16): each grows out of what its token drew and of what
 * this terminal draws, so that neither alone decides it. A host must have a secret at once when somebody leaves, and a token
 * takes its time: so the token has drawn beforehand, and draws again for the next. Where it did not come to that, the
 * next grows out of what is left of the one before, which does not tell that one.
 *
 * Rejects with what `token` rejects with, `ERR_HSM_…`.
 *
 * @param token of the KEY; without it, the secrets are this terminal's alone.
 */
export async function secretMaker(
  token: Pick<KeyTraffic, 'random'> | undefined,
  random: Random,
): Promise<() => Secret> {
  if (token === undefined) return () => new Secret(random(SECRET_OCTETS))
  let pool = await token.random(DRAWN_OCTETS)
  let isDrawing = false

  const draw = async (): Promise<void> => {
    isDrawing = true
    try {
      const [drawn, left] = [await token.random(DRAWN_OCTETS), pool]
      pool = mixed([left, drawn], POOL_OCTETS)
      wipe(left, drawn)
    } finally {
      isDrawing = false
    }
  }
  return () => {
    const [drawn, left] = [random(SECRET_OCTETS), pool]
    const block = mixed([left, drawn], POOL_OCTETS + SECRET_OCTETS)
    pool = block.slice(0, POOL_OCTETS)
    const secret = new Secret(block.slice(POOL_OCTETS))
    wipe(left, drawn, block)
    // a token that is gone is noticed elsewhere, and ends the call
    if (!isDrawing) draw().catch(() => {})
    return secret
  }
}

function mixed(parts: readonly Uint8Array[], octets: number): Uint8Array {
  const ikm = lvCat(...parts)
  const made = hkdf('sha256', ikm, new Uint8Array(0), utf8('hufu/1 call secret'), octets)
  wipe(ikm)
  return made
}

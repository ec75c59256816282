import { sha3_256, shake256 } from '#backend/hash.ts'
import { mlkem768 } from '#backend/mlkem768.ts'
import { x25519 } from '#backend/x25519.ts'
import type { AgreementKey, KeyAgreement } from './agreement.ts'
import { concat } from './bytes.ts'
import type { ExtendableHash, Hash } from './hash.ts'
import { requireOctets } from './input.ts'
import type { DecapsulationKey, Kem } from './kem.ts'

/** The parts of a backend that X-Wing stands on. */
export interface XWingParts {
  readonly mlkem768: Kem
  readonly x25519: KeyAgreement
  readonly sha3_256: Hash
  readonly shake256: ExtendableHash
}

/** Octets of the seed that is the secret key. */
const SEED_OCTETS = 32
/** `\.//^\`, the label of the combiner (§5.3). */
const LABEL = Uint8Array.of(0x5c, 0x2e, 0x2f, 0x2f, 0x5e, 0x5c)

/** X-Wing over the given parts: for the conformance suite. Others use {@link xwing}. */
export function makeXWing(parts: XWingParts): Kem {
  const { mlkem768: kem, x25519: group } = parts

  const fromSecret = (seed: Uint8Array): DecapsulationKey => {
    requireOctets('X-Wing seed', seed, SEED_OCTETS)
    const expanded = parts.shake256(kem.seedOctets + group.secretOctets, seed)
    const m = kem.fromSecret(expanded.subarray(0, kem.seedOctets))
    const x = group.fromSecret(expanded.subarray(kem.seedOctets))
    expanded.fill(0)
    return holding(m, x)
  }

  const holding = (m: DecapsulationKey, x: AgreementKey): DecapsulationKey => ({
    publicKey: concat(m.publicKey, x.publicKey),
    decapsulate(ciphertext) {
      if (ciphertext.length !== kem.ciphertextOctets + group.publicOctets) return undefined
      const ctX = ciphertext.subarray(kem.ciphertextOctets)
      const ssM = m.decapsulate(ciphertext.subarray(0, kem.ciphertextOctets))
      const ssX = x.agree(ctX)
      return combine({ ssM, ssX, ctX, pkX: x.publicKey })
    },
    wipe() {
      m.wipe()
      x.wipe()
    },
  })

  const combine = (input: Combiner): Uint8Array | undefined => {
    const { ssM, ssX, ctX, pkX } = input
    const shared =
      ssM === undefined || ssX === undefined ? undefined : parts.sha3_256(ssM, ssX, ctX, pkX, LABEL)
    ssM?.fill(0)
    ssX?.fill(0)
    return shared
  }

  return {
    publicOctets: kem.publicOctets + group.publicOctets,
    ciphertextOctets: kem.ciphertextOctets + group.publicOctets,
    sharedOctets: 32,
    seedOctets: SEED_OCTETS,
    // Two fresh keys rather than a seed and its expansion: nobody could tell, nobody can ask for the seed, and a native
    // backend makes keys faster than it imports them.
    generate: (random) => holding(kem.generate(random), group.generate(random)),
    fromSecret,
    encapsulate(publicKey, random) {
      if (publicKey.length !== kem.publicOctets + group.publicOctets) return undefined
      const pkX = publicKey.subarray(kem.publicOctets)
      // Draws in the order of the draft's derandomised form: 32 octets for ML-KEM, 32 for X25519.
      const m = kem.encapsulate(publicKey.subarray(0, kem.publicOctets), random)
      if (m === undefined) return undefined
      const ephemeral = group.generate(random)
      const ctX = ephemeral.publicKey
      const ssX = ephemeral.agree(pkX)
      ephemeral.wipe()
      const shared = combine({ ssM: m.shared, ssX, ctX, pkX })
      return shared && { ciphertext: concat(m.ciphertext, ctX), shared }
    },
  }
}

interface Combiner {
  readonly ssM: Uint8Array | undefined
  readonly ssX: Uint8Array | undefined
  readonly ctX: Uint8Array
  readonly pkX: Uint8Array
}

/**
 * X-Wing (draft-connolly-cfrg-xwing-kem): ML-KEM-768 and X25519, secure while either is. Public key 1,216 octets,
 * ciphertext 1,120, secret 32, seed 32. Stricter than the draft: a low-order X25519 share is refused, where the draft
 * goes on with zeros. Nobody honest sends one.
 */
export const xwing: Kem = /* @__PURE__ */ makeXWing({ mlkem768, x25519, sha3_256, shake256 })

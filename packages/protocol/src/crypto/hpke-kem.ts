import type { AgreementKey, KeyAgreement } from './agreement.ts'
import { concat, utf8, wipe } from './bytes.ts'
import { type HpkeKdf, i2osp2, labeled } from './hpke-kdf.ts'
import type { DecapsulationKey, Encapsulation, Kem } from './kem.ts'
import type { Random } from './random.ts'

/**
 * What a recipient's key must be able to do: the Diffie–Hellman itself, no more. A token that answers later is asked
 * first, and then stood for by `{ publicKey, agree: () => answer }`.
 */
export type HpkeAgreementKey = Pick<AgreementKey, 'publicKey' | 'agree'>
/** What a recipient's key must be able to do where the KEM is no Diffie–Hellman. */
export type HpkeDecapsulationKey = Pick<DecapsulationKey, 'publicKey' | 'decapsulate'>

/** A key encapsulation mechanism of HPKE (RFC 9180 §7.1) for recipients' keys of type `Key`. */
export interface HpkeKem<Key> {
  /** Its number in the IANA registry of HPKE. */
  readonly id: number
  /** Octets in a recipient's public key, Npk. */
  readonly publicOctets: number
  /** Octets in what the sender sends first, Nenc. */
  readonly encOctets: number
  /** `undefined`: the public key is malformed. */
  encapsulate(publicKey: Uint8Array, random: Random): Encapsulation | undefined
  /** `undefined`: `enc` is malformed. */
  decapsulate(key: Key, enc: Uint8Array): Uint8Array | undefined
}

/** DHKEM(group, kdf) with the number `id` (RFC 9180 §4.1). */
export function makeDhkem(
  id: number,
  group: KeyAgreement,
  kdf: HpkeKdf,
): HpkeKem<HpkeAgreementKey> {
  const own = labeled(kdf, concat(utf8('KEM'), i2osp2(id)))
  const extractAndExpand = (dh: Uint8Array, ...context: readonly Uint8Array[]): Uint8Array => {
    const prk = own.extract(new Uint8Array(), 'eae_prk', dh)
    const shared = own.expand(prk, 'shared_secret', concat(...context), kdf.octets)
    wipe(dh, prk)
    return shared
  }
  return {
    id,
    publicOctets: group.publicOctets,
    encOctets: group.publicOctets,
    encapsulate(publicKey, random) {
      const ephemeral = group.generate(random)
      const ciphertext = ephemeral.publicKey
      const dh = ephemeral.agree(publicKey)
      ephemeral.wipe()
      return dh && { ciphertext, shared: extractAndExpand(dh, ciphertext, publicKey) }
    },
    decapsulate(key, enc) {
      const dh = key.agree(enc)
      return dh && extractAndExpand(dh, enc, key.publicKey)
    },
  }
}

/** A KEM that gives HPKE its shared secret as it is, with the number `id`. */
export function makePlainKem(id: number, kem: Kem): HpkeKem<HpkeDecapsulationKey> {
  return {
    id,
    publicOctets: kem.publicOctets,
    encOctets: kem.ciphertextOctets,
    encapsulate: (publicKey, random) => kem.encapsulate(publicKey, random),
    decapsulate: (key, enc) => key.decapsulate(enc),
  }
}

import { lvCat, utf8, type Secret } from '../crypto/index.ts'
import { aes256gcm } from '../crypto/more.ts'
import { u64 } from './secrets.ts'

/** What a hop's sealed input is bound to. */
export interface HopPlace {
  readonly call: Uint8Array
  readonly term: number
  /** Its nonce: an epoch that came to nothing is skipped, so none serves twice. */
  readonly epoch: number
  readonly rosterHash: Uint8Array
}

/** Seals a schedule's input under the hop key (A17). */
export function sealInput(key: Secret, input: Uint8Array, place: HopPlace): Uint8Array {
  const aead = aes256gcm.key(key)
  const sealed = aead.seal(nonceOf(place), input, boundTo(place))
  aead.wipe()
  return sealed
}

/** Opens what {@link sealInput} sealed; `undefined` if it is not this. */
export function openInput(
  key: Secret,
  sealed: Uint8Array,
  place: HopPlace,
): Uint8Array | undefined {
  const aead = aes256gcm.key(key)
  const input = aead.open(nonceOf(place), sealed, boundTo(place))
  aead.wipe()
  return input
}

/** The term is in it too: a host that takes over may hold the same call secret for a moment. */
function nonceOf({ term, epoch }: HopPlace): Uint8Array {
  const nonce = new Uint8Array(12)
  const view = new DataView(nonce.buffer)
  view.setUint32(0, term)
  view.setBigUint64(4, BigInt(epoch))
  return nonce
}

function boundTo({ call, term, epoch, rosterHash }: HopPlace): Uint8Array {
  return lvCat(utf8('hufu/1 call input'), call, u64(term), u64(epoch), rosterHash)
}

import {
  bulkKey,
  concat,
  hkdfExpand,
  hkdfExtract,
  Secret,
  sha256,
  utf8,
  wipe,
  type BulkKey,
} from '../crypto/index.ts'

/*
 * Epochs: the keys of a session between two changes, each grown out of the one before and a fresh X-Wing secret.
 *
 *   prk 0     = HKDF-Extract(transcript hash, root)
 *   prk n + 1 = HKDF-Extract(chain n, X-Wing secret ‖ SHA-256(proposal ‖ answer))
 *   chain, exporter, key and IV of each direction = HKDF-Expand(prk n, label)
 *
 * A prk is wiped as soon as these are made, and nothing leads from them back to it: whoever steals an epoch has no
 * earlier one; and no later one either, without a secret that was exchanged after the theft.
 */

export type SessionRole = 'initiator' | 'responder'

/** How a raw key of 32 octets becomes one that seals and opens. */
export type KeyMaker = (raw: Uint8Array | Secret) => BulkKey

/** The keys of one epoch at one end. */
export interface Epoch {
  readonly number: number
  readonly out: Direction
  readonly into: Direction
  readonly exporter: Secret
  /** What the next epoch grows out of. */
  readonly chain: Secret
}

export interface Direction {
  readonly key: BulkKey
  readonly iv: Uint8Array
}

/** What an epoch is made for. */
export interface EpochEnd {
  readonly role: SessionRole
  readonly makeKey: KeyMaker
}

const KEY_OCTETS = 32
const IV_OCTETS = 12
const SECRET_OCTETS = 64

/**
 * Epoch 0. Takes `root` over and wipes it.
 *
 * @param root 64 octets, known to the two ends alone.
 * @param transcriptHash 32 octets over all that led to `root`.
 */
export function firstEpoch(root: Secret, transcriptHash: Uint8Array, end: EpochEnd): Epoch {
  const prk = new Secret(hkdfExtract('sha512', transcriptHash, root))
  root.wipe()
  return epochFrom(prk, 0, end)
}

/** Mixes `shared`, which it wipes, into the chain of `epoch`; `exchange`: the proposal's and the answer's octets. */
export function nextEpoch(
  epoch: Epoch,
  shared: Uint8Array,
  exchange: readonly [Uint8Array, Uint8Array],
  end: EpochEnd,
): Epoch {
  const mixed = new Secret(concat(shared, sha256(...exchange)))
  const prk = new Secret(hkdfExtract('sha512', epoch.chain.expose(), mixed))
  wipe(shared, mixed)
  return epochFrom(prk, epoch.number + 1, end)
}

/** Wipes what a direction holds. */
export function wipeDirection({ key, iv }: Direction): void {
  key.wipe()
  wipe(iv)
}

function epochFrom(prk: Secret, number: number, { role, makeKey }: EpochEnd): Epoch {
  const derive = (label: string, octets: number): Uint8Array =>
    hkdfExpand('sha512', prk, utf8(`hufu/1 session ${label}`), octets)
  const direction = (sender: SessionRole): Direction => {
    const raw = new Secret(derive(`${sender} key ${number}`, KEY_OCTETS))
    const key = makeKey(raw)
    raw.wipe()
    return { key, iv: derive(`${sender} iv ${number}`, IV_OCTETS) }
  }
  const epoch = {
    number,
    out: direction(role),
    into: direction(role === 'initiator' ? 'responder' : 'initiator'),
    exporter: new Secret(derive('exporter', SECRET_OCTETS)),
    chain: new Secret(derive('chain', SECRET_OCTETS)),
  }
  prk.wipe()
  return epoch
}

/** The platform's own. */
export const nativeKeys: KeyMaker = bulkKey

import { bulkKey, concat, hkdf, Secret, sha256, utf8, wipe, type BulkKey } from '../crypto/index.ts'

/*
 * Epochs: the keys of a session between two changes, each grown out of the one before and a fresh X-Wing secret.
 *
 *   block 0     = HKDF(root, salt transcript hash, "hufu/1 session epoch 0", 216)
 *   block n + 1 = HKDF(X-Wing secret ‖ SHA-256(proposal ‖ answer), salt chain n, "hufu/1 session epoch <n + 1>", 216)
 *   block       = initiator's key 32 | its IV 12 | responder's key 32 | its IV 12 | exporter 64 | chain 64
 *
 * Nothing leads back from a block to what it was made of: whoever steals an epoch has no earlier one; and no later one
 * either, without a secret that was exchanged after the theft.
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
const BLOCK_OCTETS = 2 * (KEY_OCTETS + IV_OCTETS) + 2 * SECRET_OCTETS

/**
 * Epoch 0. Takes `root` over and wipes it.
 *
 * @param root 64 octets, known to the two ends alone.
 * @param transcriptHash 32 octets over all that led to `root`.
 */
export function firstEpoch(root: Secret, transcriptHash: Uint8Array, end: EpochEnd): Epoch {
  const epoch = epochFrom(root, transcriptHash, 0, end)
  root.wipe()
  return epoch
}

/** Mixes `shared`, which it wipes, into the chain of `epoch`; `exchange`: the proposal's and the answer's octets. */
export function nextEpoch(
  epoch: Epoch,
  shared: Uint8Array,
  exchange: readonly [Uint8Array, Uint8Array],
  end: EpochEnd,
): Epoch {
  const mixed = new Secret(concat(shared, sha256(...exchange)))
  const next = epochFrom(mixed, epoch.chain.expose(), epoch.number + 1, end)
  wipe(shared, mixed)
  return next
}

/** Wipes what a direction holds. */
export function wipeDirection({ key, iv }: Direction): void {
  key.wipe()
  wipe(iv)
}

function epochFrom(ikm: Secret, salt: Uint8Array, number: number, end: EpochEnd): Epoch {
  const info = utf8(`hufu/1 session epoch ${number}`)
  const block = hkdf('sha512', ikm, salt, info, BLOCK_OCTETS)
  let at = 0
  const next = (octets: number): Uint8Array => block.slice(at, (at += octets))
  const direction = (): Direction => {
    const raw = new Secret(next(KEY_OCTETS))
    const key = end.makeKey(raw)
    raw.wipe()
    return { key, iv: next(IV_OCTETS) }
  }
  const [initiator, responder] = [direction(), direction()]
  const isInitiator = end.role === 'initiator'
  const epoch = {
    number,
    out: isInitiator ? initiator : responder,
    into: isInitiator ? responder : initiator,
    exporter: new Secret(next(SECRET_OCTETS)),
    chain: new Secret(next(SECRET_OCTETS)),
  }
  wipe(block)
  return epoch
}

/** The platform's own. */
export const nativeKeys: KeyMaker = bulkKey

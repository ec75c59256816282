import {
  bulkKey,
  concat,
  shortArray,
  type BulkKey,
  type Eventually,
  type Secret,
} from '../../crypto/index.ts'
import { encodeHeader, halves, type SframeHeader } from './header.ts'
import { keysFrom, sframeSecret } from './keys.ts'
import { SFRAME_SALT_OCTETS, SFRAME_TAG_OCTETS, type SframeSuite } from './suites.ts'
import { replayWindow, type ReplayWindow } from './window.ts'

/*
 * Frames of a call (RFC 9605). A sender has a key of its own, by its key id, and a counter that never starts again; who
 * receives has one such key for each sender and epoch. A frame shows that a member of the call made it, not which one: all
 * have the base key.
 */

/** Seals one sender's frames. */
export interface FrameSealer {
  /** The frame: header ‖ ciphertext ‖ tag, with `room` free octets in front. */
  seal(plaintext: Uint8Array, options?: FrameOptions): Eventually<Uint8Array>
  /** Frames sealed so far. */
  readonly frames: number
  wipe(): void
}

export interface FrameOptions {
  /** Associated data that does not travel. */
  readonly metadata?: Uint8Array
  readonly room?: number
}

/** Opens one sender's frames of one epoch. */
export interface FrameOpener {
  /** The plaintext; `undefined` if it is forged, or was opened before. */
  open(
    frame: Uint8Array,
    header: SframeHeader,
    metadata?: Uint8Array,
  ): Eventually<Uint8Array | undefined>
  wipe(): void
}

/** Makes a key for use of its octets, which are wiped next: the platform's own, or one that lies in a token (A15). */
export type LoadKey = (raw: Secret) => BulkKey

export interface SealerOptions {
  /** The first: 0, but where a key goes on that has sealed before. */
  readonly counter?: bigint
  readonly load?: LoadKey
}

/** What seals and opens the frames of all senders of one epoch. */
export interface FrameRoot {
  sealer(keyId: bigint, options?: SealerOptions): FrameSealer
  opener(keyId: bigint, load?: LoadKey): FrameOpener
  /** Makes no further keys; those that were made stay. */
  wipe(): void
}

/**
 * The root of an epoch: what its senders' keys have in common is derived once.
 *
 * @param baseKey of the epoch; stays the caller's.
 */
export function frameRoot(suite: SframeSuite, baseKey: Secret): FrameRoot {
  const secret = sframeSecret(suite, baseKey)
  const loaded = (keyId: bigint, load: LoadKey): Loaded => {
    const { key: raw, salt } = keysFrom(suite, secret, keyId)
    const key = load(raw)
    raw.wipe()
    return { key, salt }
  }
  return {
    sealer: (keyId, { counter = 0n, load = bulkKey } = {}) =>
      sealerOf({ ...loaded(keyId, load), keyId }, counter),
    opener: (keyId, load = bulkKey) => openerOf(loaded(keyId, load)),
    wipe: () => secret.wipe(),
  }
}

/** One sender's alone. @param baseKey of the epoch; stays the caller's. */
export function frameSealer(
  suite: SframeSuite,
  baseKey: Secret,
  keyId: bigint,
  options: SealerOptions = {},
): FrameSealer {
  const root = frameRoot(suite, baseKey)
  const sealer = root.sealer(keyId, options)
  root.wipe()
  return sealer
}

/** One sender's alone. @param baseKey of the epoch; stays the caller's. */
export function frameOpener(
  suite: SframeSuite,
  baseKey: Secret,
  keyId: bigint,
  load: LoadKey = bulkKey,
): FrameOpener {
  const root = frameRoot(suite, baseKey)
  const opener = root.opener(keyId, load)
  root.wipe()
  return opener
}

interface Loaded {
  readonly key: BulkKey
  readonly salt: Uint8Array
}

function sealerOf(
  { key, salt, keyId }: Loaded & { readonly keyId: bigint },
  counter: bigint,
): FrameSealer {
  let next = counter
  return {
    seal(plaintext, { metadata, room = 0 } = {}) {
      const head = encodeHeader(keyId, next)
      const nonce = nonceFor(salt, next)
      next += 1n
      const message = { nonce, head, parts: [plaintext], room }
      return key.seal(metadata === undefined ? message : { ...message, unsent: metadata })
    },
    get frames() {
      return Number(next - counter)
    },
    wipe: () => key.wipe(),
  }
}

function openerOf({ key, salt }: Loaded): FrameOpener {
  const window = replayWindow()
  return {
    open(frame, { counter, octets }, metadata) {
      if (frame.length < octets + SFRAME_TAG_OCTETS || !window.admits(counter)) return undefined
      const head = frame.subarray(0, octets)
      const associated = metadata === undefined ? head : concat(head, metadata)
      const opened = key.open(nonceFor(salt, counter), frame.subarray(octets), associated)
      if (!(opened instanceof Promise)) return noted(window, counter, opened)
      return opened.then((plaintext) => noted(window, counter, plaintext))
    },
    wipe: () => key.wipe(),
  }
}

/** Only a frame that proved good counts as seen; of two that were opened at the same time the second is a replay. */
function noted(
  window: ReplayWindow,
  counter: bigint,
  plaintext: Uint8Array | undefined,
): Uint8Array | undefined {
  if (plaintext === undefined || !window.admits(counter)) return undefined
  window.note(counter)
  return plaintext
}

/** The salt XOR the counter, big-endian (RFC 9605 §4.4.3). An array of its own: some ciphers read it later. */
function nonceFor(salt: Uint8Array, counter: bigint): Uint8Array {
  const { high, low } = halves(counter)
  const nonce = shortArray(SFRAME_SALT_OCTETS)
  for (let at = 0; at < SFRAME_SALT_OCTETS; at++) nonce[at] = salt[at]!
  for (let place = 0; place < 8; place++)
    nonce[SFRAME_SALT_OCTETS - 1 - place]! ^= (place < 4 ? low : high) >>> (8 * (place & 3))
  return nonce
}

import { hkdf, Secret, utf8, type Eventually } from '@hufu/protocol/crypto'
import {
  frameRoot,
  keyIdFor,
  readHeader,
  readKeyId,
  SFRAME_SUITES,
  type EpochKeys,
  type FrameOpener,
  type FrameRoot,
  type FrameSealer,
  type LoadKey,
} from '@hufu/protocol/group'

/*
 * The frames of one terminal in a call: of media, or of what is said reliably. Each has keys of its own from an epoch's, so
 * that neither wears out the other's replay window, and none passes for the other.
 */

/** Frames for others, and those of others, under whatever keys the call has. */
export interface Frames {
  /** Frames under these keys may come from now on. */
  accept(keys: EpochKeys): void
  /** Frames are sealed under these keys from now on. */
  use(keys: EpochKeys): void
  /** Frames of that epoch are not taken any more. */
  forget(epoch: number): void
  /** The frame, behind `room` free octets; undefined before the first {@link Frames.use}. */
  seal(plaintext: Uint8Array, room: number): Eventually<Uint8Array> | undefined
  /** What a frame of the member `from` holds. Its octets may be gone once this returns: it keeps a copy of what it needs. */
  open(from: number, frame: Uint8Array): Opened
  readonly counts: FrameCounts
  /** Forgets all keys. */
  close(): void
}

/** `early`: under keys that are not accepted, yet or any more. `bad`: forged, altered, seen before, or another's. */
export type Opened =
  | { readonly is: 'good'; readonly plaintext: Eventually<Uint8Array | undefined> }
  | { readonly is: 'early'; readonly epoch: number }
  | { readonly is: 'bad' }

/** Frames so far. */
export interface FrameCounts {
  sent: number
  received: number
  /** By gaps in the senders' counters. */
  readonly lost: number
  /** That came, and could not be opened. */
  undecryptable: number
}

/** What the two kinds of frames are; media has an epoch's own base key. */
export type FrameKind = 'media' | 'data'

/** Where the keys of frames lie, if that is not here: in the KEY's token (A15). */
export interface FrameKeys {
  readonly load: LoadKey
  /** They are gone, and the call with them; called once or more. */
  readonly failed: (error: unknown) => void
}

const SUITE = SFRAME_SUITES[5]

interface Epoch {
  /** Of the epoch, a copy; wiped once there is a root. */
  readonly base: Secret
  /** 16 octets. */
  readonly call: Uint8Array
  /** Of this kind's own frames; it comes with the first of them, as most members have none of most epochs. */
  root: FrameRoot | undefined
  readonly openers: Map<number, Sender>
}

interface Sender {
  readonly opener: FrameOpener
  /** Frames that were good, and one more than the highest counter of any. */
  good: number
  next: number
}

/** @param self index of this terminal in the call */
export function frames(kind: FrameKind, self: number, keys?: FrameKeys): Frames {
  const epochs = new Map<number, Epoch>()
  const elsewhere = keys === undefined ? {} : { load: keys.load }
  /** The epoch that frames are sealed under; its sealer comes with the first of them, as most members never send any. */
  let using: number | undefined
  let sealer: FrameSealer | undefined
  let lostBefore = 0

  const rootOf = (epoch: Epoch): FrameRoot => {
    if (epoch.root !== undefined) return epoch.root
    const { base, call } = epoch
    const own = kind === 'media' ? base : dataBase(base, call)
    epoch.root = frameRoot(SUITE, own)
    own.wipe()
    base.wipe()
    return epoch.root
  }

  const forget = (epoch: number): void => {
    const known = epochs.get(epoch)
    if (known === undefined) return
    epochs.delete(epoch)
    known.base.wipe()
    known.root?.wipe()
    for (const { opener, good, next } of known.openers.values()) {
      lostBefore += next - good
      opener.wipe()
    }
  }

  const senderOf = (epoch: Epoch, keyId: bigint, from: number): Sender => {
    const known = epoch.openers.get(from)
    if (known !== undefined) return known
    const sender = { opener: rootOf(epoch).opener(keyId, keys?.load), good: 0, next: 0 }
    epoch.openers.set(from, sender)
    return sender
  }

  const note = (sender: Sender, counter: bigint, plaintext: Uint8Array | undefined): void => {
    if (plaintext === undefined) {
      counts.undecryptable += 1
      return
    }
    counts.received += 1
    sender.good += 1
    sender.next = Math.max(sender.next, Number(counter) + 1)
  }

  const newSealer = (): FrameSealer | undefined => {
    const known = using === undefined ? undefined : epochs.get(using)
    return known && rootOf(known).sealer(keyIdFor(using!, self), elsewhere)
  }

  const accept = ({ epoch, base, call }: EpochKeys): void => {
    if (epochs.has(epoch)) return
    const own = new Secret(base.expose().slice())
    epochs.set(epoch, { base: own, call, root: undefined, openers: new Map() })
  }

  const counts = {
    sent: 0,
    received: 0,
    undecryptable: 0,
    get lost() {
      let lost = lostBefore
      for (const { openers } of epochs.values())
        for (const { good, next } of openers.values()) lost += next - good
      return lost
    },
  }

  return {
    counts,
    accept,
    use(used) {
      accept(used)
      // its counter never begins anew
      if (using === used.epoch) return
      sealer?.wipe()
      sealer = undefined
      using = used.epoch
      // a token takes its time
      if (keys !== undefined) sealer = newSealer()
    },
    forget,
    seal(plaintext, room) {
      sealer ??= newSealer()
      const sealed = sealer?.seal(plaintext, { room })
      if (sealed !== undefined) counts.sent += 1
      return sealed instanceof Promise ? sealed.catch(gone) : sealed
    },
    open(from, frame) {
      const header = readHeader(frame)
      if (header === undefined) return bad()
      const { keyId, counter } = header
      const { epoch, index } = readKeyId(keyId)
      if (index !== from) return bad()
      const known = epochs.get(epoch)
      if (known === undefined) return { is: 'early', epoch }
      const sender = senderOf(known, keyId, from)
      const plaintext = sender.opener.open(frame, header)
      if (plaintext instanceof Promise)
        return { is: 'good', plaintext: plaintext.catch(gone).then(noted(sender, counter)) }
      note(sender, counter, plaintext)
      return plaintext === undefined ? { is: 'bad' } : { is: 'good', plaintext }
    },
    close() {
      sealer?.wipe()
      sealer = undefined
      for (const epoch of epochs.keys()) forget(epoch)
    },
  }

  /** The call ends by that: nothing is to come after it, neither a frame nor an empty place. */
  function gone(error: unknown): Promise<never> {
    keys?.failed(error)
    return new Promise(() => {})
  }

  function noted(sender: Sender, counter: bigint) {
    return (plaintext: Uint8Array | undefined): Uint8Array | undefined => {
      note(sender, counter, plaintext)
      return plaintext
    }
  }

  function bad(): Opened {
    counts.undecryptable += 1
    return { is: 'bad' }
  }
}

/** Data has a base key of its own: neither kind of frame wears out the other's window, and none passes for the other. */
function dataBase(base: Secret, call: Uint8Array): Secret {
  return new Secret(hkdf('sha256', base, call, utf8('hufu/1 call data'), 32))
}

import { equal, type Secret } from '../crypto/index.ts'
import type { MessageOf } from '../wire/schema.ts'
import type { Fresh, MemberMessage } from './messages.ts'
import { memberSaid, memberTag } from './signed.ts'
import { wrapLater } from './wraps.ts'

/** A fresh secret's message, but for what differs from member to member. */
export type FreshForAll = Omit<MessageOf<typeof Fresh>, 'nonce' | 'sealed'>

/** Those with whom a host has a key each. */
export interface Peers {
  readonly indices: ReadonlySet<number>
  /** Another key with a member that has one replaces it. */
  add(index: number, pairwise: Secret, nonce: Uint8Array): void
  dismiss(index: number): void
  /** Seals `secret` to that member, with the latest of its nonces; what was sealed last is kept, to be sent again. */
  seal(index: number, secret: Secret, what: FreshForAll): MessageOf<typeof Fresh>
  lastSealed(index: number): MessageOf<typeof Fresh> | undefined
  /** True if that member has said it; `about` is what the tag is over. */
  said(from: number, message: MemberMessage, about: Uint8Array): boolean
  /** That member's next secrets are to be sealed with this nonce. */
  renew(from: number, nonce: Uint8Array): void
  wipe(): void
}

interface Peer {
  readonly pairwise: Secret
  /** The two latest, the latest first. */
  nonces: readonly Uint8Array[]
  fresh: MessageOf<typeof Fresh> | undefined
}

/** Nobody yet. */
export function hostPeers(call: Uint8Array): Peers {
  const peers = new Map<number, Peer>()
  const indices = new Set<number>()
  const dismiss = (index: number): void => {
    peers.get(index)?.pairwise.wipe()
    peers.delete(index)
    indices.delete(index)
  }
  return {
    indices,
    add(index, pairwise, nonce) {
      dismiss(index)
      peers.set(index, { pairwise, nonces: [nonce], fresh: undefined })
      indices.add(index)
    },
    dismiss,
    seal(index, secret, what) {
      const peer = peers.get(index)!
      const { term, epoch, roster } = what
      const nonce = peer.nonces[0]!
      const sealed = wrapLater(peer.pairwise, secret, {
        call,
        term,
        epoch,
        rosterHash: roster,
        nonce,
      })
      peer.fresh = { ...what, nonce, sealed }
      return peer.fresh
    },
    lastSealed: (index) => peers.get(index)?.fresh,
    said(from, message, about) {
      const peer = peers.get(from)
      if (peer === undefined) return false
      const { term, epoch } = message.type === 'nonce' ? { term: 0, epoch: 0 } : message
      const expected = memberTag(peer.pairwise, call, message.type, { term, epoch, about })
      return memberSaid(message.tag, expected)
    },
    renew(from, nonce) {
      const peer = peers.get(from)
      if (peer === undefined || peer.nonces.some((known) => equal(known, nonce))) return
      peer.nonces = [nonce, peer.nonces[0]!]
    },
    wipe() {
      for (const index of indices) dismiss(index)
    },
  }
}

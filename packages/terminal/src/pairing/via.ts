import { base64url, type Secret } from '@hufu/protocol/crypto'
import {
  resumeIdOf,
  wordsPrs,
  type Channel,
  type Knowledge,
  type PairCode,
  type RequesterData,
  type SpokenWords,
} from '@hufu/protocol/pair'
import type { Contact } from '../profile.ts'

/** Somebody rings: what they say of themselves, none of it verified yet. */
export interface Ringing {
  readonly from: RequesterData
  /** Milliseconds left to answer. */
  readonly answerMs: number
  /** Aborted when it is too late, or the requester has gone. */
  readonly signal: AbortSignal
}

/** How two terminals find each other, and what they both know. */
export type Via =
  /** Opens a slot; its code is read out to the other. */
  | { readonly by: 'open'; readonly words: SpokenWords }
  /** Requests at a slot, with the code that the other read out. */
  | { readonly by: 'join'; readonly code: PairCode }
  /** Waits under a name. `passphrase` is asked for at every ring; undefined declines. Octets as `preparePassphrase` gives them. */
  | {
      readonly by: 'listen'
      readonly name: string
      readonly passphrase: (ringing: Ringing) => Promise<Uint8Array | undefined>
    }
  /** Rings a name. */
  | { readonly by: 'ring'; readonly name: string; readonly passphrase: Uint8Array }
  /** Meets a contact: who comes first waits. */
  | { readonly by: 'contact'; readonly contact: Contact }

/** The channel that both must agree on. `slot` only where the server gave one. */
export function channelOf(via: Via, serverId: Uint8Array, slot: string): Channel {
  switch (via.by) {
    case 'open':
      return { serverId, kind: 'slot', at: slot }
    case 'join':
      return { serverId, kind: 'slot', at: via.code.slot }
    case 'listen':
    case 'ring':
      return { serverId, kind: 'name', at: via.name }
    case 'contact':
      return { serverId, kind: 'meeting', at: base64url(via.contact.meeting) }
  }
}

/** What this end knows without asking anybody; undefined where the user is asked at the ring. */
export function knowledgeOf(via: Via): readonly Knowledge[] | undefined {
  switch (via.by) {
    case 'open':
      return [{ by: 'passphrase', prs: wordsPrs(via.words) }]
    case 'join':
      return [{ by: 'passphrase', prs: wordsPrs(via.code.words) }]
    case 'ring':
      return [{ by: 'passphrase', prs: via.passphrase }]
    case 'listen':
      return undefined
    case 'contact': {
      const { secret, previous } = via.contact
      return previous === undefined ? [resume(secret)] : [resume(secret), resume(previous)]
    }
  }
}

function resume(secret: Secret): Knowledge {
  return { by: 'resume', secret, id: resumeIdOf(secret) }
}

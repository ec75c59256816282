import { base64url, Secret } from '@hufu/protocol/crypto'
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
import type { KeptTalk } from '../talk/kept.ts'

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
  /**
   * Waits under a name. `passphrase` is asked for at every ring; undefined declines. Octets as `preparePassphrase` gives
   * them; they are wiped.
   */
  | {
      readonly by: 'listen'
      readonly name: string
      readonly passphrase: (ringing: Ringing) => Promise<Uint8Array | undefined>
    }
  /** Rings a name. */
  | { readonly by: 'ring'; readonly name: string; readonly passphrase: Uint8Array }
  /** Waits for whoever rings the user who is signed in at this terminal. `passphrase`: as where a name listens. */
  | {
      readonly by: 'attend'
      readonly user: string
      readonly passphrase: (ringing: Ringing) => Promise<Uint8Array | undefined>
    }
  /** Rings a user, wherever signed in. */
  | { readonly by: 'ring-user'; readonly user: string; readonly passphrase: Uint8Array }
  /** Meets a contact: who comes first waits. */
  | { readonly by: 'contact'; readonly contact: Contact }
  /** Comes back to a talk whose keys are lost: a page that was reloaded. */
  | { readonly by: 'again'; readonly kept: KeptTalk }

/** Where two that know each other meet, and the secrets by which they know each other, the newest first. */
export interface Acquaintance {
  readonly meeting: Uint8Array
  readonly secrets: readonly Secret[]
}

/** What is known of the other beforehand, if this way of meeting rests on it. */
export function acquaintanceOf(via: Via): Acquaintance | undefined {
  if (via.by === 'contact') {
    const { meeting, secret, previous } = via.contact
    return { meeting, secrets: previous === undefined ? [secret] : [secret, previous] }
  }
  if (via.by !== 'again') return undefined
  const { meeting, secrets } = via.kept
  return { meeting, secrets: secrets.map((octets) => new Secret(octets.slice())) }
}

/** The channel of a meeting. */
export function meetingChannel(meeting: Uint8Array, serverId: Uint8Array): Channel {
  return { serverId, kind: 'meeting', at: base64url(meeting) }
}

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
    case 'attend':
    case 'ring-user':
      return { serverId, kind: 'user', at: via.user }
    case 'contact':
      return meetingChannel(via.contact.meeting, serverId)
    case 'again':
      return meetingChannel(via.kept.meeting, serverId)
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
    case 'ring-user':
      return [{ by: 'passphrase', prs: via.passphrase }]
    case 'listen':
    case 'attend':
      return undefined
    case 'contact':
    case 'again':
      return resumeKnowledge(acquaintanceOf(via)!.secrets)
  }
}

/** Resume secrets as knowledge. */
export function resumeKnowledge(secrets: readonly Secret[]): readonly Knowledge[] {
  return secrets.map((secret) => ({ by: 'resume', secret, id: resumeIdOf(secret) }))
}

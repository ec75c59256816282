import { equal, type Secret } from '../crypto/index.ts'
import type { MessageOf } from '../wire/schema.ts'
import type { Ms } from '../wire/units.ts'
import type { GroupEffect } from './effects.ts'
import { hearing, type Hearing } from './hearing.ts'
import { formerKeys, type FormerKeys } from './held.ts'
import type { MemberStart, MemberTrouble } from './member-group.ts'
import type { Entry, Go, MemberMessage } from './messages.ts'
import { changeRoster, type Roster } from './roster.ts'
import { wipeEpoch, type EpochFacts, type EpochKeys } from './secrets.ts'
import { memberTag } from './signed.ts'

/** What a member has, while it is one: `member.ts` says when it changes. */
export interface MemberState {
  readonly start: MemberStart
  readonly ear: Hearing
  readonly former: FormerKeys
  roster: Roster
  /** The call's, and what this member has with its host alone. */
  secret: Secret | undefined
  pairwise: Secret | undefined
  /** In use. */
  keys: EpochKeys | undefined
  /** The highest epoch that it knows of. */
  latest: number
  readied: Ready | undefined
  /** Its two latest, the latest first. */
  nonces: readonly Uint8Array[]
  /** A go that came before what it is about: nobody knows yet who has said it. */
  early: MessageOf<typeof Go> | undefined
  /**
   * The roster's sequence at the last departure since the keys in use: the go of any key that was made after it ends them, even if
   * it is not the one that was for it.
   */
  departedAt: number | undefined
  /** What its own host has signed of late, as far as this member has heard: if the roster is older, it lacks an entry. */
  signed: Pick<Roster, 'term' | 'sequence'>
  askedAt: Ms | undefined
  trouble: MemberTrouble | undefined
  /** Who is to bring it in again. */
  comesTo: number | undefined
  /** It is behind only because it has gone over to `comesTo`; what it has is good. */
  isLed: boolean
  /** It was behind: it does not know which key the others use before the next go. */
  isMute: boolean
  forged: number
}

/** An epoch that this end takes frames of, and waits for the go of. */
export interface Ready {
  readonly keys: EpochKeys
  readonly secret: Secret | undefined
  readonly cut: boolean
  /** Of the roster that it was made with. */
  readonly sequence: number
  /** Which go is its own: see `go-lock.ts`. */
  readonly lock: Uint8Array
}

/** Nothing to be sealed, or to be said. */
export const NOTHING: Uint8Array = new Uint8Array(0)
/** Before any roster. */
export const NOWHERE: Pick<Roster, 'term' | 'sequence'> = { term: 0, sequence: 0 }

/** Begins with what a host had, or with nothing. */
export function memberState(start: MemberStart, startedAt: Ms): MemberState {
  const { policy, self, roster, begins } = start
  const held = 'held' in begins ? begins.held : undefined
  return {
    start,
    ear: hearing(policy, self, startedAt),
    former: formerKeys(held?.former),
    roster,
    secret: undefined,
    pairwise: undefined,
    keys: held?.keys,
    latest: held?.latest ?? 0,
    readied: undefined,
    nonces: [],
    early: undefined,
    departedAt: held?.cut === true ? roster.sequence : undefined,
    signed: NOWHERE,
    askedAt: undefined,
    trouble: undefined,
    comesTo: undefined,
    isLed: false,
    isMute: false,
    forged: 0,
  }
}

/** What an epoch is under the roster that the member has. */
export function factsOf({ start, roster }: MemberState, epoch: number): EpochFacts {
  return { call: start.context.call, epoch, rosterHash: roster.hash }
}

/** To the host, under the key that only both have. */
export function say(
  { start, roster, pairwise }: MemberState,
  message: { readonly type: MemberMessage['type']; readonly [field: string]: unknown },
  parts: { readonly term: number; readonly epoch: number; readonly about: Uint8Array },
): readonly GroupEffect[] {
  if (pairwise === undefined) return []
  const tag = memberTag(pairwise, start.context.call, message.type, parts)
  return [{ do: 'send', to: roster.host, message: { ...message, tag } as MemberMessage }]
}

/** Takes frames under these keys, and says so. */
export function getReady(
  state: MemberState,
  made: Omit<Ready, 'sequence'>,
): readonly GroupEffect[] {
  const effects = dropReadied(state)
  state.readied = { ...made, sequence: state.roster.sequence }
  state.askedAt = undefined
  const { epoch, commitment } = made.keys
  state.latest = epoch
  const { term } = state.roster
  effects.push(
    { do: 'accept', keys: made.keys },
    ...say(state, { type: 'ready', term, epoch }, { term, epoch, about: commitment }),
  )
  return effects
}

/** The epoch that it was ready for comes to nothing. */
export function dropReadied(state: MemberState): GroupEffect[] {
  const { readied, secret } = state
  if (readied === undefined) return []
  wipeEpoch(readied.keys)
  if (readied.secret !== secret) readied.secret?.wipe()
  state.readied = undefined
  return [{ do: 'forget', epoch: readied.keys.epoch }]
}

/** The epoch that it was ready for comes to nothing here; others may be there already, and their frames are taken. */
export function keepReadied(state: MemberState, until: Ms): void {
  const { readied, secret, former } = state
  if (readied === undefined) return
  former.keep(readied.keys, until)
  if (readied.secret !== secret) readied.secret?.wipe()
  state.readied = undefined
}

/** Asks for a step that is lacking; if it does not come, this member is behind. */
export function ask(state: MemberState, now: Ms): readonly GroupEffect[] {
  if (state.askedAt !== undefined || state.comesTo !== undefined) return []
  state.askedAt = now
  return askOnly(state)
}

/** Asks for a step that may be lacking. */
export function askOnly(state: MemberState): readonly GroupEffect[] {
  const { term } = state.roster
  const epoch = state.keys?.epoch ?? 0
  return say(state, { type: 'ask', term, epoch }, { term, epoch, about: NOTHING })
}

/** What its host has signed, and cannot be. */
export function forge(state: MemberState): readonly GroupEffect[] {
  state.forged += 1
  return []
}

/** It cannot go on. */
export function fail(state: MemberState, why: MemberTrouble): readonly GroupEffect[] {
  state.trouble ??= why
  state.isLed = false
  if (state.trouble === 'behind') state.comesTo ??= state.roster.host
  return []
}

/** Its host has signed an entry of that place in the chain. */
export function lack(state: MemberState, sequence: number): void {
  const { signed } = state
  state.signed = { ...signed, sequence: Math.max(signed.sequence, sequence) }
}

/** What it lacked has come after all: it was slow, or was not lacking. An entry that it has not seen does not come so. */
export function catchUp(state: MemberState): void {
  const { trouble, comesTo, roster, pairwise, signed } = state
  if (trouble !== 'behind' || comesTo !== roster.host || pairwise === undefined) return
  if (roster.sequence < signed.sequence) return
  state.trouble = undefined
  state.comesTo = undefined
  state.isLed = false
  state.isMute = false
}

/** The roster after an entry; undefined if the entry does not lead where its signature says. */
export function enter(
  { roster }: MemberState,
  message: MessageOf<typeof Entry>,
): Roster | undefined {
  const { term, sequence, added, removed, how, host, roster: hash, signature } = message
  const above = { term: host === null ? term : term - 1, sequence: sequence - 1 }
  const changed = changeRoster(roster, { added, removed, how, host, above })
  return changed !== undefined && equal(changed.hash, hash) ? { ...changed, signature } : undefined
}

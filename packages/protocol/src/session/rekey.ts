import { xwing, type DecapsulationKey, type Random } from '../crypto/index.ts'
import { done, failed, type Outcome } from '../wire/errors.ts'
import { after, type Ms } from '../wire/units.ts'
import { encodeChange, type Answer, type Change, type Proposal } from './change.ts'
import { nextEpoch, type EpochEnd } from './epoch.ts'
import type { Opened, Records } from './records.ts'
import type { RekeyPolicy } from './policy.ts'

/*
 * Moving a session's keys: one exchange, begun by either end, takes both directions to the next epoch. `rekey.pml` beside
 * this file models the same for Spin; change both.
 *
 *   proposer   settled ─ due ─→ proposed ─ answer ─→ switched ─ a record under the new epoch ─→ settled
 *   answerer   settled ─ proposal ─→ answered ─ a record under the new epoch ─→ settled
 *
 * The proposer sends under the new epoch from the answer on. The answerer holds both, and sends under the old one until the
 * proposer's first record under the new has opened: then both know. Proposal and proof are sent again until the other
 * shows that they came; the answer is kept, and every repetition of its proposal gets the same octets. When both propose
 * at once the initiator's counts: it does not answer, and the responder lets go of its own. Old keys stay for
 * OVERLAP_MS after each end knows, and no longer. Whatever of this is lost, nothing depends on a key that is gone.
 */

/** Milliseconds for which records of the epoch before still open. Our choice. */
export const OVERLAP_MS = 10_000
/** Milliseconds until a proposal or proof is sent again; then twice as long, and so on. Our choice. */
const RETRY_MS = 1_000
const RETRY_MAX_MS = 10_000
/**
 * How often it is sent to a peer that is said to be there, until a new handshake must help: about a minute. Counted, not
 * timed, so that a machine that slept in between has lost one try.
 */
const TRIES = 9
/** By how much more a responder waits, so that both seldom propose at once. Our choice. */
const RESPONDER_PATIENCE = 1.25
/** The last epoch that a record can name. */
const LAST_EPOCH = 0xffff_ffff

/** What a rekeying wants sent, before anything else. */
export type RekeyDue =
  | { readonly kind: 'change'; readonly change: Change }
  /** Any record under the new epoch. */
  | { readonly kind: 'show' }
  /** A record under the new epoch that the other will answer. */
  | { readonly kind: 'ask' }
  /** The other never answered, though it is said to be there. */
  | { readonly kind: 'unconfirmed' }

/** An epoch has come into use at this end. */
export interface Rekeyed {
  readonly type: 'rekeyed'
  readonly epoch: number
  /** Whether a new resume secret is due, at both ends. */
  readonly refresh: boolean
}

export interface Rekey {
  /** Both ends hold the first keys: counting begins. */
  start(now: Ms): void
  /** A record of so many octets was sealed or opened under the newest epoch; `data`: with something in it. */
  count(octets: number, data: boolean): void
  /**
   * What a record of the other's means for the keys. Codes: `ERR_REKEY_MALFORMED` for a public key or ciphertext that is
   * none, or a second proposal in place of one that was answered.
   */
  opened(record: Extract<Opened, { readonly epoch: number }>, now: Ms): Outcome<void>
  /** The other can be reached (again), or not. */
  present(now: Ms): void
  absent(): void
  /** A change is under way. */
  readonly moving: boolean
  /** What is to be sent now, if anything; `waiting`: there is something to send that an old key may hold up. Ask until there is nothing. */
  due(now: Ms, waiting: boolean): RekeyDue | undefined
  /** Whether no data may be sent before the keys have moved. */
  blocked(now: Ms): boolean
  wakeAt(waiting: boolean): Ms | undefined
  /** What has happened since the last time. */
  events(): readonly Rekeyed[]
  wipe(): void
}

type State =
  | { readonly at: 'unstarted' }
  | { readonly at: 'settled' }
  | {
      readonly at: 'proposed'
      readonly proposal: Proposal
      readonly key: DecapsulationKey
      readonly again: Ms
      readonly tries: number
    }
  | {
      readonly at: 'answered'
      readonly epoch: number
      readonly answer: Answer
      readonly refresh: boolean
      readonly due: boolean
    }
  | { readonly at: 'switched'; readonly again: Ms; readonly tries: number }

/** The machine of one end, over its records. */
export function startRekey(options: {
  readonly records: Records
  readonly end: EpochEnd
  readonly policy: RekeyPolicy
  readonly random: Random
}): Rekey {
  const { records, end, policy, random } = options
  const patience = end.role === 'initiator' ? 1 : RESPONDER_PATIENCE
  let state: State = { at: 'unstarted' }
  let reachable = false
  let proposals = 0
  /** Since the epoch in use began. */
  let since = 0 as Ms
  let used = false
  let count = 0
  let octets = 0
  let refreshedAt = 0 as Ms
  let showDue = false
  let retireAt: Ms | undefined
  let happened: Rekeyed[] = []

  const begin = (now: Ms): void => {
    since = now
    used = false
    count = 0
    octets = 0
  }

  /** This end sends under the new epoch. */
  const advance = (now: Ms, refresh: boolean): void => {
    records.advance()
    begin(now)
    if (refresh) refreshedAt = now
    happened.push({ type: 'rekeyed', epoch: records.epoch.number, refresh })
  }

  /** The other sends under it too. */
  const settle = (now: Ms): void => {
    state = { at: 'settled' }
    retireAt = after(now, OVERLAP_MS)
  }

  /** When the age of the keys alone makes it time. */
  const ageDue = (): Ms => after(since, Math.min(policy.afterMs * patience, policy.hardMs))

  const isTime = (now: Ms, waiting: boolean): boolean =>
    records.epoch.number < LAST_EPOCH &&
    (count >= Math.min(policy.afterRecords * patience, policy.hardRecords) ||
      octets >= Math.min(policy.afterOctets * patience, policy.hardOctets) ||
      ((used || waiting) && now >= ageDue()))

  const propose = (now: Ms): void => {
    const key = xwing.generate(random)
    proposals = (proposals + 1) % LAST_EPOCH
    const proposal: Proposal = {
      kind: 'proposal',
      id: proposals,
      offset: Math.min(LAST_EPOCH, Math.max(0, Math.trunc(now - since))),
      refresh: now - refreshedAt >= policy.refreshMs,
      publicKey: key.publicKey,
    }
    state = { at: 'proposed', proposal, key, again: now, tries: 0 }
  }

  const answer = (proposal: Proposal): Outcome<void> => {
    const made = xwing.encapsulate(proposal.publicKey, random)
    if (made === undefined) return failed('ERR_REKEY_MALFORMED')
    const given: Answer = { kind: 'answer', id: proposal.id, ciphertext: made.ciphertext }
    const exchange = [encodeChange(proposal), encodeChange(given)] as const
    const next = nextEpoch(records.epoch, made.shared, exchange, end)
    records.install(next)
    retireAt = undefined
    state = {
      at: 'answered',
      epoch: next.number,
      answer: given,
      refresh: proposal.refresh,
      due: true,
    }
    return done(undefined)
  }

  const proposalIn = (proposal: Proposal): Outcome<void> => {
    if (state.at === 'proposed') {
      if (end.role === 'initiator') return done(undefined) // ours counts
      state.key.wipe()
      state = { at: 'settled' }
    }
    if (state.at !== 'answered') return answer(proposal)
    if (state.answer.id !== proposal.id) return failed('ERR_REKEY_MALFORMED')
    state = { ...state, due: true }
    return done(undefined)
  }

  const answerIn = (given: Answer, now: Ms): Outcome<void> => {
    if (state.at !== 'proposed' || state.proposal.id !== given.id) return done(undefined)
    const { proposal, key } = state
    const shared = key.decapsulate(given.ciphertext)
    key.wipe()
    if (shared === undefined) return failed('ERR_REKEY_MALFORMED')
    const exchange = [encodeChange(proposal), encodeChange(given)] as const
    records.install(nextEpoch(records.epoch, shared, exchange, end))
    retireAt = undefined
    advance(now, proposal.refresh)
    state = { at: 'switched', again: now, tries: 0 }
    return done(undefined)
  }

  return {
    start(now) {
      if (state.at !== 'unstarted') return
      state = { at: 'settled' }
      refreshedAt = now
      begin(now)
    },
    count(more, data) {
      count += 1
      octets += more
      used ||= data
    },
    opened({ epoch, change }, now) {
      if (state.at === 'answered' && epoch === state.epoch) {
        advance(now, state.refresh)
        settle(now)
        showDue = true
      } else if (state.at === 'switched' && epoch === records.epoch.number) settle(now)
      // A change under an epoch that is over repeats what is done.
      if (change === undefined || epoch !== records.epoch.number) return done(undefined)
      return change.kind === 'proposal' ? proposalIn(change) : answerIn(change, now)
    },
    present(now) {
      reachable = true
      if (state.at === 'proposed' || state.at === 'switched')
        state = { ...state, again: now, tries: 0 }
    },
    absent() {
      reachable = false
    },
    get moving() {
      return state.at !== 'unstarted' && state.at !== 'settled'
    },
    due(now, waiting) {
      if (retireAt !== undefined && now >= retireAt) {
        retireAt = undefined
        records.retire()
      }
      if (!reachable) return undefined
      if (showDue) {
        showDue = false
        return { kind: 'show' }
      }
      if (state.at === 'settled' && isTime(now, waiting)) propose(now)
      if (state.at === 'answered' && state.due) {
        state = { ...state, due: false }
        return { kind: 'change', change: state.answer }
      }
      if ((state.at !== 'proposed' && state.at !== 'switched') || now < state.again)
        return undefined
      if (state.tries >= TRIES) return { kind: 'unconfirmed' }
      const { tries } = state
      const again = after(now, Math.min(RETRY_MS * 2 ** tries, RETRY_MAX_MS))
      state = { ...state, again, tries: tries + 1 }
      if (state.at === 'proposed') return { kind: 'change', change: state.proposal }
      return { kind: tries === 0 ? 'show' : 'ask' }
    },
    blocked: (now) =>
      state.at !== 'unstarted' &&
      records.epoch.number < LAST_EPOCH &&
      (count >= policy.hardRecords ||
        octets >= policy.hardOctets ||
        now >= after(since, policy.hardMs)),
    wakeAt(waiting) {
      const times: Ms[] = retireAt === undefined ? [] : [retireAt]
      if (reachable) {
        if (showDue || (state.at === 'answered' && state.due)) return 0 as Ms
        if (state.at === 'proposed' || state.at === 'switched') times.push(state.again)
        if (state.at === 'settled' && (used || waiting) && records.epoch.number < LAST_EPOCH)
          times.push(ageDue())
      }
      return times.length === 0 ? undefined : (Math.min(...times) as Ms)
    },
    events() {
      const events = happened
      happened = []
      return events
    },
    wipe() {
      if (state.at === 'proposed') state.key.wipe()
    },
  }
}

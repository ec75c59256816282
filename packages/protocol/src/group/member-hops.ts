import { equal } from '../crypto/index.ts'
import type { MessageOf } from '../wire/schema.ts'
import { after, type Ms } from '../wire/units.ts'
import type { GroupEffect } from './effects.ts'
import { opensLock } from './go-lock.ts'
import { NEVER } from './held.ts'
import { openInput } from './hop-seal.ts'
import {
  ask,
  askOnly,
  catchUp,
  enter,
  factsOf,
  fail,
  forge,
  getReady,
  lack,
  NOTHING,
  say,
  type MemberState,
} from './member-state.ts'
import {
  MEMBER_NONCE_OCTETS,
  type Beat,
  type Entry,
  type Fresh,
  type Go,
  type Prepare,
  type SignedMessage,
} from './messages.ts'
import { SCHEDULES } from './schedules.ts'
import { epochKeys, hopKey, wipeEpoch } from './secrets.ts'
import { openLater } from './wraps.ts'

/** What a member's own host has signed. */
export function fromHost(
  state: MemberState,
  message: SignedMessage,
  now: Ms,
): readonly GroupEffect[] {
  if (message.type === 'beat') return beat(state, message, now)
  if (message.type === 'entry') return entry(state, message)
  // gone over to a host that has not brought it in yet
  if (state.pairwise === undefined) return []
  return message.type === 'prepare' ? prepare(state, message, now) : fresh(state, message, now)
}

/** Its own host has raised its term: it has brought another part of the call in, or hosts it again. */
export function fromHigher(
  state: MemberState,
  message: SignedMessage,
  now: Ms,
): readonly GroupEffect[] {
  const { ear, roster, trouble, start } = state
  const hears: readonly GroupEffect[] = ear.isDeaf ? [{ do: 'deaf', deaf: false }] : []
  // whomever it has signed the group away to has not kept it
  ear.follow(now)
  start.doubts.outdated(message.term)
  const isNext =
    message.type === 'entry' &&
    trouble === undefined &&
    message.host === roster.host &&
    message.removed.length === 0 &&
    message.sequence > roster.sequence
  const changed = isNext ? enter(state, message) : undefined
  state.signed = { ...state.signed, term: message.term }
  if (changed === undefined) {
    fail(state, 'behind')
    state.comesTo = roster.host
    return hears
  }
  state.roster = changed
  state.askedAt = undefined
  return hears
}

function beat(
  state: MemberState,
  message: MessageOf<typeof Beat>,
  now: Ms,
): readonly GroupEffect[] {
  const { ear, roster, keys, comesTo } = state
  const wasDeaf = ear.isDeaf
  if (!ear.heard(now, message.count)) return []
  const hears: readonly GroupEffect[] = wasDeaf ? [{ do: 'deaf', deaf: false }] : []
  const isBehind = message.epoch > (keys?.epoch ?? 0) || !equal(message.roster, roster.hash)
  // whoever said so is not the host: this one is heard again
  if (comesTo !== undefined && ear.rightOf(comesTo, now) === undefined) state.comesTo = roster.host
  if (isBehind) state.isLed = false
  else catchUp(state)
  return isBehind ? [...hears, ...ask(state, now)] : hears
}

function entry(state: MemberState, message: MessageOf<typeof Entry>): readonly GroupEffect[] {
  const { roster } = state
  const { sequence, removed, host } = message
  if (sequence === roster.sequence && !equal(message.roster, roster.hash))
    return fail(state, 'fork')
  if (sequence <= roster.sequence) return []
  if (sequence !== roster.sequence + 1) {
    lack(state, sequence)
    return fail(state, 'behind')
  }
  const changed = host === null ? enter(state, message) : undefined
  if (changed === undefined) return forge(state)
  if (removed.includes(state.start.self)) return fail(state, 'removed')
  if (removed.length > 0) state.departedAt = sequence
  state.roster = changed
  return []
}

function prepare(
  state: MemberState,
  message: MessageOf<typeof Prepare>,
  now: Ms,
): readonly GroupEffect[] {
  const { start, roster, keys, secret, latest } = state
  const { call } = start.context
  const { epoch, sealed, commitment, lock } = message
  if (isOther(state, message)) return fail(state, 'fork')
  if (epoch <= latest) return []
  if (keys === undefined || secret === undefined || !equal(message.roster, roster.hash))
    return ask(state, now)
  const under = hopKey(secret, call)
  const place = { call, term: roster.term, epoch, rosterHash: roster.hash }
  const input = openInput(under, sealed, place)
  under.wipe()
  if (input === undefined) return ask(state, now)
  const current = SCHEDULES[start.schedule].mixesCurrent ? keys.current : undefined
  const next = epochKeys(secret, factsOf(state, epoch), input, current)
  input.fill(0)
  if (!equal(next.commitment, commitment)) {
    wipeEpoch(next)
    // another epoch was in between, and this one has grown out of that
    return epoch === keys.epoch + 1 ? fail(state, 'fork') : ask(state, now)
  }
  const made = { keys: next, secret: undefined, cut: false, lock }
  return [...getReady(state, made), ...goEarly(state, now)]
}

function fresh(
  state: MemberState,
  message: MessageOf<typeof Fresh>,
  now: Ms,
): readonly GroupEffect[] {
  const { start, roster, pairwise, nonces, latest } = state
  const { term, epoch, nonce, sealed, commitment, cut, lock } = message
  if (isOther(state, message)) return fail(state, 'fork')
  if (epoch <= latest) return []
  // an old one sealed again, or one that is not for this member
  if (pairwise === undefined || !nonces.some((known) => equal(known, nonce))) return []
  if (!equal(message.roster, roster.hash)) return ask(state, now)
  const place = { call: start.context.call, term, epoch, rosterHash: roster.hash, nonce }
  const opened = openLater(pairwise, sealed, place)
  if (opened === undefined) return ask(state, now)
  const next = epochKeys(opened, factsOf(state, epoch), NOTHING, undefined)
  if (!equal(next.commitment, commitment)) {
    wipeEpoch(next)
    opened.wipe()
    return fail(state, 'fork')
  }
  return [
    ...getReady(state, { keys: next, secret: opened, cut, lock }),
    ...freshNonce(state, nonce),
    ...goEarly(state, now),
  ]
}

/** Its host has signed other keys for the epoch that this member is ready for, or another go. */
function isOther(
  { readied }: MemberState,
  { epoch, commitment, lock }: MessageOf<typeof Prepare> | MessageOf<typeof Fresh>,
): boolean {
  return (
    readied?.keys.epoch === epoch &&
    !(equal(readied.keys.commitment, commitment) && equal(readied.lock, lock))
  )
}

/** Once the newest nonce has served there is another; several secrets may have been sealed with one before that arrives. */
function freshNonce(state: MemberState, used: Uint8Array): readonly GroupEffect[] {
  if (!equal(used, state.nonces[0]!)) return []
  const nonce = state.start.random(MEMBER_NONCE_OCTETS)
  state.nonces = [nonce, used]
  return say(state, { type: 'nonce', nonce }, { term: 0, epoch: 0, about: nonce })
}

/** Now that it is ready for an epoch. What is ahead of that one, too, was asked for when it came. */
export function goEarly(state: MemberState, now: Ms): readonly GroupEffect[] {
  const { early, latest } = state
  if (early === undefined || early.epoch > latest) return []
  state.early = undefined
  return go(state, early, now)
}

/** What may be its own host's, in the term that it knows. */
export function go(
  state: MemberState,
  message: MessageOf<typeof Go>,
  now: Ms,
): readonly GroupEffect[] {
  const { start, former, keys, secret, readied, latest, departedAt, roster } = state
  const { epoch, cut, reason } = message
  // in use, or overtaken
  if (epoch === keys?.epoch || epoch < latest) return []
  if (readied?.keys.epoch !== epoch) {
    const isFirst = state.early?.term !== roster.term
    state.early = message
    return isFirst ? askOnly(state) : []
  }
  if (!opensLock(readied.lock, start.context.call, message)) return forge(state)
  state.readied = undefined
  // whatever it has asked for, it has come this far
  state.askedAt = undefined
  state.isMute = false
  catchUp(state)
  const effects: GroupEffect[] = [{ do: 'switch', keys: readied.keys, reason }]
  if (keys !== undefined) former.keep(keys, after(now, start.policy.keepMs))
  if (cut || readied.cut || departedAt !== undefined) effects.push(...former.forget(NEVER))
  // one that was held back until after a departure puts a key into use that is from before it
  if (departedAt !== undefined && readied.sequence >= departedAt) state.departedAt = undefined
  state.keys = readied.keys
  if (readied.secret === undefined || readied.secret === secret) return effects
  secret?.wipe()
  state.secret = readied.secret
  return effects
}

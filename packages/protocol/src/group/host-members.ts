import { equal, wipe } from '../crypto/index.ts'
import type { Ms } from '../wire/units.ts'
import type { GroupEffect } from './effects.ts'
import type { Joiner, OtherPart, Welcome } from './host-group.ts'
import { renew, type Sealed } from './host-hops.ts'
import { signed, type HostState } from './host-state.ts'
import { MOST_CHANGES } from './messages.ts'
import {
  changeRoster,
  isForGood,
  lineOf,
  sameMember,
  type Departure,
  type Roster,
  type RosterChange,
  type RosterMember,
} from './roster.ts'

/** Lets verified members in, all in one batch: new ones, and those who come back. */
export function join(
  state: HostState,
  joiners: readonly Joiner[],
  now: Ms,
): { readonly welcomes: readonly Welcome[]; readonly effects: readonly GroupEffect[] } {
  const { roster, secret } = state
  const fresh = state.start.makeSecret()
  // nobody is in the roster who cannot be given the key
  const sealed = joiners.flatMap(({ member, seal, nonce }): Sealed[] => {
    const wrapped = seal(fresh)
    return wrapped === undefined ? [] : [{ member, nonce, ...wrapped }]
  })
  const added = sealed
    .map(({ member }) => member)
    .filter((member) => !sameMember(roster.members.get(member.index), member))
  const entry = added.length === 0 ? undefined : enter(state, { added, removed: [], how: 'lost' })
  const isRefused = entry === undefined && added.length > 0
  if (isRefused || (sealed.length === 0 && secret !== undefined)) {
    wipe(fresh, ...sealed.map(({ pairwise }) => pairwise))
    return { welcomes: [], effects: [] }
  }
  const why = secret === undefined ? 'host' : entry === undefined ? 'returned' : 'joined'
  const { welcomes, effects } = renew(state, why, now, { fresh, joiners: sealed })
  return { welcomes, effects: entry === undefined ? effects : [entry, ...effects] }
}

/** Members are out. */
export function leave(
  state: HostState,
  indices: readonly number[],
  now: Ms,
  how: Departure,
): readonly GroupEffect[] {
  return cutOff(state, takeOut(state, indices, how), now)
}

/** The entry by which they are out; none if nobody is. */
function takeOut(
  state: HostState,
  indices: readonly number[],
  how: Departure,
): readonly GroupEffect[] {
  const { roster, peers, absent, start } = state
  const mayLeave = (index: number): boolean =>
    roster.members.has(index) || (how !== 'lost' && lineOf(roster, index) !== undefined)
  const removed = [...new Set(indices)].filter((index) => index !== start.self && mayLeave(index))
  const entry = removed.length === 0 ? undefined : enter(state, { added: [], removed, how })
  if (entry === undefined) return []
  for (const index of removed) {
    peers.dismiss(index)
    absent.delete(index)
  }
  return [entry]
}

/** After the entries by which some are out: a key that they do not have. */
function cutOff(
  state: HostState,
  entries: readonly GroupEffect[],
  now: Ms,
): readonly GroupEffect[] {
  if (entries.length === 0) return []
  if (state.secret !== undefined || state.pending !== undefined)
    return [...entries, ...renew(state, 'left', now).effects]
  state.cutDue = true
  return entries
}

/** Takes over what another host had: its entry is above both chains, and a fresh secret follows. */
export function merge(
  state: HostState,
  { term, sequence, epoch, added, left, removed }: OtherPart,
  now: Ms,
): readonly GroupEffect[] {
  const above = { term, sequence }
  const known = added.filter((line) => owns(state.roster, line))
  const entries = inEntries(known).flatMap((some, at) => {
    const change = { added: some, removed: [], how: 'lost' } as const
    const isFirst = at === 0
    const entry = enter(state, isFirst ? { ...change, host: state.start.self, above } : change)
    return entry === undefined ? [] : [entry]
  })
  state.lastEpoch = Math.max(state.lastEpoch, epoch)
  const gone = [...takeOut(state, left, 'left'), ...takeOut(state, removed, 'removed')]
  const departures = cutOff(state, gone, now)
  if (departures.length > 0 || (state.secret === undefined && state.pending === undefined))
    return [...entries, ...departures]
  return [...entries, ...renew(state, 'host', now).effects]
}

/** Signs an entry; undefined if the roster does not take it. */
function enter(
  state: HostState,
  { added, removed, how, host = null, above }: EntryChange,
): GroupEffect | undefined {
  const what = { added, removed, how, host }
  const changed = changeRoster(state.roster, above === undefined ? what : { ...what, above })
  if (changed === undefined) return undefined
  const { term, sequence, hash } = changed
  const message = signed(state, { type: 'entry', term, sequence, ...what, roster: hash } as const)
  state.roster = { ...changed, signature: message.signature }
  return { do: 'send', to: 'all', message }
}

type EntryChange = Omit<RosterChange, 'host'> & Partial<Pick<RosterChange, 'host'>>

/** Nobody else has that line's index, nor has its owner left for good. */
function owns({ members, left }: Roster, line: RosterMember): boolean {
  const departed = left.get(line.index)
  const { signing } = members.get(line.index) ?? departed ?? line
  return !isForGood(departed) && equal(signing, line.signing)
}

/** Lines as entries hold them; one entry at least. */
function inEntries(lines: readonly RosterMember[]): readonly (readonly RosterMember[])[] {
  const count = Math.max(1, Math.ceil(lines.length / MOST_CHANGES))
  return Array.from({ length: count }, (_, at) =>
    lines.slice(at * MOST_CHANGES, (at + 1) * MOST_CHANGES),
  )
}

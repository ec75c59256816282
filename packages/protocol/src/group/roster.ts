import { concat, equal, sha256 } from '../crypto/index.ts'
import { encodeCbor } from '../wire/cbor.ts'
import { u64 } from './secrets.ts'

/*
 * Who is in a call, as its host says it: a chain of entries, each over the one before, so that two members who have the same
 * hash have seen the same comings and goings. An index is never given to another member.
 */

/** One member. */
export interface RosterMember {
  /** 0 to 65,534. */
  readonly index: number
  readonly user: string
  /** Of the KEY that it joined with, 32 octets. */
  readonly keyId: Uint8Array
  /** Its per-call Ed25519 key, 32 octets. */
  readonly signing: Uint8Array
  /** SHA-256 of its per-call X-Wing key, 32 octets. */
  readonly sealing: Uint8Array
}

/**
 * How a member is out. `lost`: for its connection alone, and it may come back. `left`: by its own will; `removed`: its host has
 * taken it out; both for good.
 */
export const DEPARTURES = ['lost', 'left', 'removed'] as const
export type Departure = (typeof DEPARTURES)[number]

/** One who is out. */
export type Departed =
  /** `signing`: its per-call Ed25519 key, 32 octets: nobody else has its index. */
  | { readonly how: Exclude<Departure, 'lost'>; readonly signing: Uint8Array }
  | { readonly how: 'lost'; readonly signing: Uint8Array; readonly line: RosterMember }

/** The roster after one entry. */
export interface Roster {
  /** 16 octets. */
  readonly call: Uint8Array
  /** Rises with every change of host. */
  readonly term: number
  /** Entries so far. */
  readonly sequence: number
  /** Index of the host. */
  readonly host: number
  readonly members: ReadonlyMap<number, RosterMember>
  /** Those who are out, by index. */
  readonly left: ReadonlyMap<number, Departed>
  /** Hash of the entry before; of the first, zeros. */
  readonly previous: Uint8Array
  /** 32 octets over all of this and the entry before. */
  readonly hash: Uint8Array
  /** Its host's, over the entry that led to it, 64 octets; empty if that is not known. */
  readonly signature: Uint8Array
}

/** What an entry changes. */
export interface RosterChange {
  readonly added: readonly RosterMember[]
  /** Members who are out by it; where that is for good, those too who had been lost before. */
  readonly removed: readonly number[]
  /** Of all of `removed`; says nothing where there are none. */
  readonly how: Departure
  /** The index of the host from now on, where that changes, or its term does: it rises by one. */
  readonly host: number | null
  /** Where the host brings two parts of a call together: the other chain's, and the entry is above both. */
  readonly above?: ChainPlace
}

/** How far a chain has come. */
export interface ChainPlace {
  readonly term: number
  readonly sequence: number
}

/** The first entry: the host alone. */
export function firstRoster(call: Uint8Array, host: RosterMember): Roster {
  return hashed({
    call,
    term: 1,
    sequence: 1,
    host: host.index,
    members: new Map([[host.index, host]]),
    left: new Map(),
    previous: new Uint8Array(32),
    signature: NOTHING,
  })
}

/**
 * The roster after `change`; undefined if that cannot be: an index used before, one who has left for good, a member who is not
 * there, a host who is none.
 */
export function changeRoster(roster: Roster, change: RosterChange): Roster | undefined {
  const members = new Map(roster.members)
  const left = new Map(roster.left)
  for (const index of change.removed) {
    const { how } = change
    const one = members.get(index) ?? (how === 'lost' ? undefined : lineOf(roster, index))
    if (one === undefined) return undefined
    members.delete(index)
    const { signing } = one
    left.set(index, how === 'lost' ? { how, signing, line: one } : { how, signing })
  }
  for (const member of change.added) {
    const departed = left.get(member.index)
    const owner = departed ?? members.get(member.index)
    if (isForGood(departed)) return undefined
    if (owner !== undefined && !equal(owner.signing, member.signing)) return undefined
    members.set(member.index, member)
    left.delete(member.index)
  }
  const host = change.host ?? roster.host
  if (!members.has(host)) return undefined
  const { call, hash } = roster
  const { above = roster } = change
  const term = change.host === null ? roster.term : Math.max(roster.term, above.term) + 1
  const sequence = Math.max(roster.sequence, above.sequence) + 1
  return hashed({
    call,
    term,
    sequence,
    host,
    members,
    left,
    previous: hash,
    signature: NOTHING,
  })
}

/** The line of one who is in a roster, or was and may come back. */
export function lineOf({ members, left }: Roster, index: number): RosterMember | undefined {
  const departed = left.get(index)
  return members.get(index) ?? (departed?.how === 'lost' ? departed.line : undefined)
}

/** True of one who does not come back. */
export function isForGood(departed: Departed | undefined): boolean {
  return departed !== undefined && departed.how !== 'lost'
}

/** What one who joins or comes back is given of it. */
export function imageOf(roster: Roster): RosterImage {
  const { term, sequence, host, previous, members, signature } = roster
  const goneBy = (how: Departure): RosterImage['left'] =>
    [...roster.left].flatMap(([index, one]) =>
      one.how === how ? [{ index, signing: one.signing }] : [],
    )
  return {
    term,
    sequence,
    host,
    previous,
    members: [...members.values()],
    lost: [...roster.left.values()].flatMap((one) => (one.how === 'lost' ? [one.line] : [])),
    left: goneBy('left'),
    removed: goneBy('removed'),
    signature,
  }
}

/** What one who joins is given of the roster: with it and its hash the chain goes on. */
export interface RosterImage {
  readonly term: number
  readonly sequence: number
  readonly host: number
  /** Hash of the entry before. */
  readonly previous: Uint8Array
  readonly members: readonly RosterMember[]
  /** Those who may come back, those who have left by themselves, and those who were taken out. */
  readonly lost: readonly RosterMember[]
  readonly left: readonly { readonly index: number; readonly signing: Uint8Array }[]
  readonly removed: RosterImage['left']
  readonly signature: Uint8Array
}

/** The roster of an image. Whoever takes it compares the hash with the one that the host has signed. */
export function rosterOf(call: Uint8Array, image: RosterImage): Roster {
  const { term, sequence, host, previous, signature } = image
  const members = new Map(image.members.map((member) => [member.index, member]))
  const left = new Map<number, Departed>()
  for (const line of image.lost) left.set(line.index, { how: 'lost', signing: line.signing, line })
  for (const how of ['left', 'removed'] as const)
    for (const { index, signing } of image[how]) left.set(index, { how, signing })
  return hashed({ call, term, sequence, host, members, left, previous, signature })
}

/** True if both are the same entry of the same chain. */
export function sameRoster(a: Roster, b: Roster): boolean {
  return equal(a.hash, b.hash)
}

/** True if both are the same line of a roster. */
export function sameMember(a: RosterMember | undefined, b: RosterMember): boolean {
  return (
    a !== undefined &&
    a.index === b.index &&
    a.user === b.user &&
    equal(a.keyId, b.keyId) &&
    equal(a.signing, b.signing) &&
    equal(a.sealing, b.sealing)
  )
}

function hashed(roster: Omit<Roster, 'hash'>): Roster {
  const { call, term, sequence, host, previous } = roster
  const members = inOrder(roster.members).map(([, member]) => lineHash(member))
  const departed = inOrder(roster.left)
  const goneBy = (how: Departure): Uint8Array[] =>
    departed.flatMap(([index, one]) => (one.how === how ? [u64(index), one.signing] : []))
  const lost = departed.flatMap(([, one]) => (one.how === 'lost' ? [lineHash(one.line)] : []))
  const lists = [members, lost, goneBy('left'), goneBy('removed')].map((list) =>
    sha256(concat(...list)),
  )
  return {
    ...roster,
    hash: sha256(encodeCbor([LABEL, call, term, sequence, previous, host, ...lists])),
  }
}

/** Of each line once: most of a roster is the same after an entry. */
function lineHash(member: RosterMember): Uint8Array {
  const known = lineHashes.get(member)
  if (known !== undefined) return known
  const { index, user, keyId, signing, sealing } = member
  const hash = sha256(encodeCbor([index, user, keyId, signing, sealing]))
  lineHashes.set(member, hash)
  return hash
}

const lineHashes = new WeakMap<RosterMember, Uint8Array>()

function inOrder<T>(map: ReadonlyMap<number, T>): readonly (readonly [number, T])[] {
  return [...map].toSorted(([a], [b]) => a - b)
}

const NOTHING = new Uint8Array(0)

const LABEL = 'hufu/1 call roster'

import { POLICY_LIMITS } from '@hufu/protocol/group'
import { parseUserId } from '@hufu/protocol/identity'
import { HufuError } from '@hufu/protocol/wire'
import type { PlaceOptions } from '@hufu/terminal'
import { usage, type Arguments } from '../arguments.ts'

/** What one does in a call besides typing. */
export interface CallOptions {
  /** Files for all; whoever gives any leaves when they are across. */
  readonly send: readonly string[]
  /** Folder for whatever is offered. */
  readonly receive: string | undefined
  /** WAV files: to be heard by the others, and for what they say. */
  readonly audio: string | undefined
  readonly record: string | undefined
}

/** Reads what `call` and `answer` have in common. */
export function readCallOptions(args: Arguments): CallOptions {
  return {
    send: args.many('send'),
    receive: args.one('receive'),
    audio: args.one('audio'),
    record: args.one('record'),
  }
}

/** What a command line of `hufu call` asks for. */
export interface Placing {
  /** As they were typed. */
  readonly users: readonly string[]
  readonly place: PlaceOptions
}

/**
 * Reads the arguments of `hufu call`.
 *
 * @throws {HufuError} `ERR_USAGE`
 */
export function readPlacing(args: Arguments): Placing {
  // `--hop 30s ann`: what has no such form is somebody to call
  const hops = args.many('hop').map((typed) => [typed, readHop(typed)] as const)
  const users = [
    ...args.operands,
    ...hops.flatMap(([typed, hop]) => (hop === undefined ? [typed] : [])),
  ]
  if (users.length === 0) throw usage('whom? hufu call USER…')
  // what cannot be a user is said before anybody is asked for a passphrase; whose namespace it is, is known later
  userIds(users, '@place')
  const limits = hops.flatMap(([, hop]) => (hop === undefined ? [] : [hop]))
  if (args.has('hop') && limits.length === 0) throw usage(HOP)
  const policy = Object.assign({}, ...limits) as NonNullable<PlaceOptions['policy']>
  if (Object.keys(policy).length !== limits.length) throw usage(HOP)
  const schedule = args.one('schedule')
  if (schedule !== undefined && !isSchedule(schedule))
    throw usage(`--schedule takes one of ${SCHEDULE_NAMES.join(', ')}`)
  return {
    users,
    place: { policy, check: args.has('check'), ...(schedule === undefined ? {} : { schedule }) },
  }
}

/**
 * User IDs of what was typed: who has no namespace is in that of `self`.
 *
 * @throws {HufuError} `ERR_USER_ID`, `ERR_USAGE`
 */
export function userIds(typed: readonly string[], self: string): readonly string[] {
  const namespace = self.slice(self.indexOf('@'))
  const users = typed.map((one) => {
    const user = parseUserId(one.includes('@') ? one : `${one}${namespace}`)
    if (!user.ok) throw new HufuError(user.code, one === '' ? 'nothing is no name' : one)
    return user.value
  })
  if (users.includes(self)) throw usage(`${self} is you`)
  return [...new Set(users)]
}

type Schedule = NonNullable<PlaceOptions['schedule']>
const SCHEDULE_NAMES: readonly Schedule[] = ['list', 'picked', 'factor', 'ratchet']

function isSchedule(typed: string): typed is Schedule {
  return (SCHEDULE_NAMES as readonly string[]).includes(typed)
}

const UNITS: Readonly<Record<string, readonly ['hopMs' | 'hopOctets', number]>> = {
  s: ['hopMs', 1_000],
  m: ['hopMs', 60_000],
  h: ['hopMs', 3_600_000],
  KiB: ['hopOctets', 2 ** 10],
  MiB: ['hopOctets', 2 ** 20],
  GiB: ['hopOctets', 2 ** 30],
}
const HOP = '--hop takes a time (30s, 5m), a size (8MiB), or each of them once'

function readHop(typed: string): PlaceOptions['policy'] {
  const [, digits, unit] = /^([0-9]{1,12})(s|m|h|KiB|MiB|GiB)$/.exec(typed) ?? []
  const row = unit === undefined ? undefined : UNITS[unit]
  if (row === undefined) {
    // nobody means to call `8MB`
    if (/^[0-9.]+[a-z]*$/i.test(typed)) throw usage(`${HOP}; ${typed} is none`)
    return undefined
  }
  const [limit, of] = row
  const value = Number(digits) * of
  const [lowest, highest] = POLICY_LIMITS[limit]
  if (value < lowest) throw usage(`--hop ${typed} is too little: 1s, or 1KiB, at the least`)
  if (value > highest) throw usage(`--hop ${typed} is too much: 24h, or 1024GiB, at the most`)
  return { [limit]: value }
}

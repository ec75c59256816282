import { tuple, uint, type Field } from '../wire/schema.ts'

/** When a call's key hops, and how long its members wait for each other. Milliseconds, all our choices but where said. */
export interface GroupPolicy {
  /** A hop after so long (A16). */
  readonly hopMs: number
  /** A hop after so many octets of frames, of all members together (A16). */
  readonly hopOctets: number
  /** Every so many hops the call's secret is replaced, so that a stolen one does not serve for ever. */
  readonly freshEvery: number
  /** Entries in each list of a schedule. */
  readonly listLength: number
  /** An ordinary hop waits so long for those who are not ready. */
  readonly readyMs: number
  /** After a departure it is so long at the most. */
  readonly cutMs: number
  /** Frames under the key before are taken for so long (as Zoom does). */
  readonly keepMs: number
  readonly beatMs: number
  /** Who has heard no beat for so long stops sending, and the next in order may take over. */
  readonly deafMs: number
  /** Who has lost its connection stays in the call for so long. */
  readonly graceMs: number
}

export const GROUP_DEFAULTS: GroupPolicy = {
  hopMs: 60_000,
  hopOctets: 67_108_864,
  freshEvery: 16,
  listLength: 64,
  readyMs: 1_000,
  cutMs: 2_000,
  keepMs: 10_000,
  beatMs: 5_000,
  deafMs: 20_000,
  graceMs: 30_000,
}

/** What a policy may be, lowest and highest: whoever joins refuses another. Our choice. */
export const POLICY_LIMITS: {
  readonly [N in keyof GroupPolicy]: readonly [lowest: number, highest: number]
} = {
  hopMs: [50, 86_400_000],
  hopOctets: [1_024, 1_099_511_627_776],
  freshEvery: [1, 4_096],
  listLength: [1, 4_096],
  readyMs: [1, 10_000],
  cutMs: [1, 10_000],
  keepMs: [0, 60_000],
  beatMs: [20, 60_000],
  deafMs: [40, 600_000],
  graceMs: [0, 600_000],
}

/**
 * Milliseconds for which a host that may have been followed goes on beside a claim below its own: by then that one has heard of
 * it, and asked its members. Our choice.
 */
export function patienceMs({ beatMs, cutMs }: GroupPolicy): number {
  return 2 * beatMs + 2 * cutMs
}

/** True if `policy` is within {@link POLICY_LIMITS}, and who is deaf has missed two beats at least. */
export function policyIsGood(policy: GroupPolicy): boolean {
  const names = Object.keys(POLICY_LIMITS) as (keyof GroupPolicy)[]
  return (
    policy.deafMs >= 2 * policy.beatMs &&
    names.every((name) => {
      const [lowest, highest] = POLICY_LIMITS[name]
      const value = policy[name]
      return Number.isSafeInteger(value) && value >= lowest && value <= highest
    })
  )
}

const plain = tuple({
  hopMs: uint(POLICY_LIMITS.hopMs[1]),
  hopOctets: uint(POLICY_LIMITS.hopOctets[1]),
  freshEvery: uint(POLICY_LIMITS.freshEvery[1]),
  listLength: uint(POLICY_LIMITS.listLength[1]),
  readyMs: uint(POLICY_LIMITS.readyMs[1]),
  cutMs: uint(POLICY_LIMITS.cutMs[1]),
  keepMs: uint(POLICY_LIMITS.keepMs[1]),
  beatMs: uint(POLICY_LIMITS.beatMs[1]),
  deafMs: uint(POLICY_LIMITS.deafMs[1]),
  graceMs: uint(POLICY_LIMITS.graceMs[1]),
})

/** A policy on the wire: ten numbers, in the order above. One that is not good is malformed. */
export const policy: Field<GroupPolicy> = {
  read(value) {
    const read = plain.read(value)
    return read !== undefined && policyIsGood(read) ? read : undefined
  },
  write: (value) => plain.write(value),
}

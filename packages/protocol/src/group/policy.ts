/** When a call's key hops, and how long the members wait for each other. Milliseconds, all our choices but where said. */
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
  /** Who has heard no beat for so long stops sending. */
  readonly deafMs: number
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
}

import { hkdf, hkdfExpand, lvCat, Secret, sha256, utf8, wipe } from '../crypto/index.ts'

/*
 * From the call's secret to what a frame is sealed under.
 *
 *   callSecret ─┬─→ hop key                    seals what a hop's message carries
 *               └─→ epochSecret ─┬─→ base key  what SFrame derives every sender's key from
 *   input, current ─────┘        ├─→ check     what the host commits to, and members compare
 *                                └─→ current   what the next epoch mixes in, where its schedule says so
 *
 * An epochSecret binds the call, the epoch and the roster: two members who use the same key agree on all of them.
 */

/** Octets of a call's id. */
export const CALL_ID_OCTETS = 16
/** Octets of a call's secret, of an epoch's, and of a base key. */
export const CALL_SECRET_OCTETS = 32
/** Octets of a commitment (SHA-256). */
export const COMMITMENT_OCTETS = 32

/** What an epoch is, apart from the call's secret. */
export interface EpochFacts {
  /** 16 octets. */
  readonly call: Uint8Array
  /** From 1, and never twice for other keys. */
  readonly epoch: number
  /** 32 octets. */
  readonly rosterHash: Uint8Array
}

/** The keys of one epoch. */
export interface EpochKeys extends EpochFacts {
  /** SFrame's base key, 32 octets. */
  readonly base: Secret
  /** What the next epoch may grow out of, 32 octets. */
  readonly current: Secret
  /** 32 octets: says nothing of the keys, and no other keys have it. */
  readonly commitment: Uint8Array
}

/**
 * The keys of an epoch (A17). All secrets stay the caller's.
 *
 * @param input what the schedule brings: any number of octets, none for an epoch that rests on a fresh secret alone.
 * @param current of the epoch before, where the schedule mixes it in.
 */
export function epochKeys(
  callSecret: Secret,
  facts: EpochFacts,
  input: Uint8Array,
  current: Secret | undefined,
): EpochKeys {
  const ikm = lvCat(callSecret.expose(), input, current?.expose() ?? new Uint8Array(0))
  const info = lvCat(utf8('hufu/1 call epoch'), u64(facts.epoch), facts.rosterHash)
  const secret = hkdf('sha256', ikm, facts.call, info, CALL_SECRET_OCTETS)
  const made = (label: string): Uint8Array =>
    hkdfExpand('sha256', secret, utf8(`hufu/1 call ${label}`), CALL_SECRET_OCTETS)
  const check = made('check')
  const keys: EpochKeys = {
    ...facts,
    base: new Secret(made('base')),
    current: new Secret(made('current')),
    commitment: sha256(check, info),
  }
  wipe(ikm, secret, check)
  return keys
}

/** Forgets an epoch's keys. */
export function wipeEpoch({ base, current }: EpochKeys): void {
  wipe(base, current)
}

/** What seals the input of a hop's message, 32 octets: known to all who have the call's secret, so it authenticates nobody. */
export function hopKey(callSecret: Secret, call: Uint8Array): Secret {
  return new Secret(hkdf('sha256', callSecret, call, utf8('hufu/1 call hop'), CALL_SECRET_OCTETS))
}

/** `value` in eight octets, big-endian. */
export function u64(value: number): Uint8Array {
  const octets = new Uint8Array(8)
  new DataView(octets.buffer).setBigUint64(0, BigInt(value))
  return octets
}

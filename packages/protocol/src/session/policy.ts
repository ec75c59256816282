/** When a session moves its keys. All of it is counted from the moment at which the keys came into use, both directions together. */
export interface RekeyPolicy {
  /** After so many milliseconds, if anything was said; keys that nobody uses wait for the next word. */
  readonly afterMs: number
  /** After so many records. */
  readonly afterRecords: number
  /** After so many octets of records. */
  readonly afterOctets: number
  /** Beyond any of these nothing but the change itself, and closing, is sent. */
  readonly hardMs: number
  readonly hardRecords: number
  readonly hardOctets: number
  /** The first change so many milliseconds after the last new resume secret brings the next one. */
  readonly refreshMs: number
}

/**
 * A minute, 1,000 records or 16 MiB. The hard limits are ours: far above what is on its way while a change is made, far
 * below what AES-GCM bears under one key (2^24.5 records of 16 KiB; RFC 8446 §5.5).
 */
export const REKEY_DEFAULTS: RekeyPolicy = {
  afterMs: 60_000,
  afterRecords: 1_000,
  afterOctets: 16_777_216,
  hardMs: 180_000,
  hardRecords: 100_000,
  hardOctets: 4_294_967_296,
  refreshMs: 30_000,
}

/** The policy with some of its limits changed. */
export function rekeyPolicy(changes: Partial<RekeyPolicy> = {}): RekeyPolicy {
  return { ...REKEY_DEFAULTS, ...changes }
}

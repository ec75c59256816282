import { equal } from '../../crypto/index.ts'

/*
 * A user may be signed in at several terminals, and all of them ring. To an attempt they are one opener: it leaves when
 * the last of them has, and from its answer on it is the one that gave it.
 *
 *   ringing ─ one answers → taken
 */

/** Who is the opener of an attempt: those that ring, or the one that has answered. */
export type Ringing =
  | { readonly at: 'ringing'; readonly left: readonly Uint8Array[] }
  | { readonly at: 'taken'; readonly by: Uint8Array }

/** What something that a terminal does is, once it is known who else rings. */
export interface Heard {
  readonly ringing: Ringing
  /** Whether the opener has done it. If not, the attempt is not told. */
  readonly counts: boolean
  /** Those that are to stop ringing. */
  readonly dismissed: readonly Uint8Array[]
}

/** `terminals` ring. */
export function ring(terminals: readonly Uint8Array[]): Ringing {
  return { at: 'ringing', left: terminals }
}

/** The terminals that are the opener now. */
export function openersOf(ringing: Ringing): readonly Uint8Array[] {
  return ringing.at === 'taken' ? [ringing.by] : ringing.left
}

/**
 * A terminal does something about an attempt. `leaves`: it has declined, failed, or is gone. Whoever does not ring, or no
 * longer, does not count.
 */
export function hearOpener(
  ringing: Ringing,
  from: Uint8Array,
  does: 'answers' | 'leaves' | 'stands',
): Heard {
  if (!openersOf(ringing).some((each) => equal(each, from)))
    return { ringing, counts: false, dismissed: [] }
  if (ringing.at === 'taken') return { ringing, counts: true, dismissed: [] }
  const others = ringing.left.filter((each) => !equal(each, from))
  if (does === 'answers')
    return { ringing: { at: 'taken', by: from }, counts: true, dismissed: others }
  if (does === 'stands') return { ringing, counts: false, dismissed: [] }
  return { ringing: { at: 'ringing', left: others }, counts: others.length === 0, dismissed: [] }
}

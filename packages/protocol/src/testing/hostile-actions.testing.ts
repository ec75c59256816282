import * as fc from 'fast-check'

/** What a hostile relay does with one message on its way. Times in milliseconds. */
export type Action =
  | { readonly do: 'pass' }
  | { readonly do: 'drop' }
  | { readonly do: 'delay'; readonly ms: number }
  /** It arrives, and arrives again. */
  | { readonly do: 'repeat'; readonly ms: number }
  /** In its place, the other pairing's latest on the same hop. */
  | { readonly do: 'swap' }
  | { readonly do: 'cut'; readonly to: number }
  | { readonly do: 'flip'; readonly bit: number }
  /** It arrives, and beside it one that the relay has made up. */
  | { readonly do: 'invent'; readonly ms: number; readonly seed: number }

/** What a relay does in one run: honest for `skip` messages, then the script, then honest again. */
export interface Script {
  readonly skip: number
  readonly actions: readonly Action[]
}

/** Milliseconds that matter: next to nothing, around a release step, around every deadline. */
const spans = fc.oneof(fc.nat(40), fc.nat(600), fc.nat(15_000), fc.nat(130_000))

const pass = fc.constant<Action>({ do: 'pass' })
const swap = fc.constant<Action>({ do: 'swap' })
const delay = spans.map((ms): Action => ({ do: 'delay', ms }))
const repeat = spans.map((ms): Action => ({ do: 'repeat', ms }))
const anything: fc.Arbitrary<Action> = fc.oneof(
  { weight: 6, arbitrary: pass },
  { weight: 2, arbitrary: swap },
  delay,
  repeat,
  fc.constant<Action>({ do: 'drop' }),
  fc.nat().map((to): Action => ({ do: 'cut', to })),
  fc.nat().map((bit): Action => ({ do: 'flip', bit })),
  fc.tuple(spans, fc.nat()).map(([ms, seed]): Action => ({ do: 'invent', ms, seed })),
)

/**
 * Any relay: at every position any action, so that no message is safe by where it stands. Some only mix up the two
 * pairings, some only disturb the order: what takes several steps of one sort is found sooner.
 */
export const script: fc.Arbitrary<Script> = fc.oneof(
  { weight: 4, arbitrary: scriptOf(fc.nat(50), anything) },
  scriptOf(fc.nat(12), fc.oneof(pass, swap)),
  scriptOf(fc.nat(30), fc.oneof(pass, delay, repeat)),
)

/** A relay that keeps its hands off. */
export const HONEST: Script = { skip: 0, actions: [] }

/** Milliseconds that a message takes when nobody meddles. */
const LATENCY_MS = 10

/** One arrival: after so many milliseconds, these octets. */
export interface Arrival {
  readonly afterMs: number
  readonly octets: Uint8Array
}

/** What arrives instead of `octets`. `other`: the other pairing's; `invent`: a made-up one of the kind. */
export function perform(
  act: Action,
  octets: Uint8Array,
  sources: {
    readonly other: Uint8Array | undefined
    readonly invent: (seed: number) => Uint8Array
  },
): readonly Arrival[] {
  const now = (arriving: Uint8Array): Arrival => ({ afterMs: LATENCY_MS, octets: arriving })
  const later = (arriving: Uint8Array, ms: number): Arrival => ({
    afterMs: LATENCY_MS + ms,
    octets: arriving,
  })
  switch (act.do) {
    case 'pass':
      return [now(octets)]
    case 'drop':
      return []
    case 'delay':
      return [later(octets, act.ms)]
    case 'repeat':
      return [now(octets), later(octets, act.ms)]
    case 'swap':
      return [now(sources.other ?? octets)]
    case 'cut':
      return [now(octets.subarray(0, act.to % octets.length))]
    case 'flip':
      return [now(withBitFlipped(octets, act.bit))]
    case 'invent':
      return [now(octets), later(sources.invent(act.seed), act.ms)]
  }
}

function withBitFlipped(octets: Uint8Array, bit: number): Uint8Array {
  const at = (bit >> 3) % octets.length
  return octets.map((octet, i) => (i === at ? octet ^ (1 << (bit & 7)) : octet))
}

function scriptOf(skips: fc.Arbitrary<number>, action: fc.Arbitrary<Action>): fc.Arbitrary<Script> {
  const actions = fc.array(action, { minLength: 1, maxLength: 16 })
  return fc.tuple(skips, actions).map(([skip, some]) => ({ skip, actions: some }))
}

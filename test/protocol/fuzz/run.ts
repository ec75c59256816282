import assert from 'node:assert/strict'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { hex } from '@hufu/protocol/crypto'
import { drawFrom, inputsFrom, seedFor } from './inputs.ts'

/** A decoder under fire. */
export interface Target {
  readonly name: string
  /** Inputs that it accepts, to begin with. */
  readonly valid: readonly Uint8Array[]
  /** How many inputs it gets of a thousand. */
  readonly share: number
  /**
   * Feeds it one input, which is good for the length of the call. True if it was accepted. Throws if anything came of it
   * that must not.
   */
  feed(input: Uint8Array): boolean
}

/** What came of a run. */
export interface Tally {
  readonly accepted: number
  readonly refused: number
}

/** Octets by which memory may have grown from the first tenth of a run to its end. Generous: what is kept for each input shows. */
const GROWTH_OCTETS = 8_388_608
/** Inputs from which on growth would show. */
const WEIGHED_FROM = 10_000

/** The seed of all inputs: `HUFU_SEED`, or another one every time. */
export function fuzzSeed(): number {
  const { HUFU_SEED } = process.env
  return HUFU_SEED === undefined ? Math.floor(Math.random() * 0x7fffffff) : Number(HUFU_SEED)
}

/**
 * Feeds `count` inputs to a target. Fails at the first from which something came that must not, with all that is needed to
 * see it again, and if memory has grown in a run of {@link WEIGHED_FROM} inputs or more.
 */
export async function fuzz(target: Target, count: number, seed: number): Promise<Tally> {
  const next = inputsFrom(target.valid, drawFrom(seedFor(target.name, seed)))
  const weighed = count >= WEIGHED_FROM
  const warm = Math.floor(count / 10)
  let accepted = 0
  let before = 0
  for (let n = 0; n < count; n += 1) {
    if (weighed && n === warm) before = await heldOctets()
    const input = next()
    try {
      if (target.feed(input)) accepted += 1
    } catch (cause) {
      const shown = hex(input.subarray(0, 2_048))
      throw new Error(`${target.name}: input ${n} of HUFU_SEED=${seed}: ${shown}`, { cause })
    }
  }
  const growth = weighed ? (await heldOctets()) - before : 0
  assert.ok(growth < GROWTH_OCTETS, `${target.name}: ${growth} octets more after ${count} inputs`)
  return { accepted, refused: count - accepted }
}

/** Octets that are held once everything that can go has gone: what a native object holds goes in a turn of the loop. */
async function heldOctets(): Promise<number> {
  collect()
  await nextTurn()
  collect()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

import { fileURLToPath } from 'node:url'
import { compared, type Figure } from '../harness/figures.ts'
import { succeeded, type Scope } from '../harness/scope.ts'
import type { FrameRounds } from './frame-rounds.ts'

/** Octets of 20 ms of speech. */
const OCTETS = 160
/** So many that what else the machine does falls on both sides alike. */
const ROUNDS = 31
const AT_LEAST = 0.6

const PROGRAM = fileURLToPath(new URL('frame-rounds.ts', import.meta.url))

/** Frames of a call, sealed and opened, beside the cipher alone. */
export async function frameFigures(scope: Scope): Promise<readonly Figure[]> {
  const run = scope.start(process.execPath, [PROGRAM, `${OCTETS}`, `${ROUNDS}`])
  const { hufu, peer } = JSON.parse(succeeded(await run.ended).stdout) as FrameRounds
  return [
    compared({
      what: `SFrame of ${OCTETS} octets, suite 5, seal + open`,
      unit: '/s',
      hufu,
      peer,
      peerName: 'bare node:crypto',
      atLeast: AT_LEAST,
    }),
  ]
}

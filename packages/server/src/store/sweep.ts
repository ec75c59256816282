import type { UnixMs } from '../clock.ts'
import type { Config } from '../config.ts'
import { sweepGuesses } from './guesses.ts'
import { sweepNames } from './names.ts'
import type { Db } from './schema.ts'
import { sweepSlots } from './slots.ts'

/** Forgets slots, names and guesses that have had their time. */
export async function sweepStore(db: Db, config: Config, now: UnixMs): Promise<void> {
  await sweepSlots(db, now)
  await sweepNames(db, now - config.nameLifetimeMs)
  const longest = Math.max(
    config.guessesPerSourceMs,
    config.guessesPerNameMs,
    config.loginsPerSourceMs,
    config.loginsPerNameMs,
    config.enrolmentsPerSourceMs,
  )
  await sweepGuesses(db, now - longest)
}

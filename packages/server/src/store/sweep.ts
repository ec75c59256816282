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
  const { guessesPerSourceMs, guessesPerNameMs, loginsPerSourceMs, loginsPerNameMs } = config
  const longest = Math.max(guessesPerSourceMs, guessesPerNameMs, loginsPerSourceMs, loginsPerNameMs)
  await sweepGuesses(db, now - longest)
}

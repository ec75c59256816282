import { writeSync } from 'node:fs'
import { fakeClock } from '../clock.testing.ts'
import { recorderIn, someEntry } from './audit.testing.ts'

/*
 * node writer.testing.ts FOLDER DAY: records until it is killed, with marks and retention, and prints the number of each
 * entry once it is durable.
 */
const [folder, day] = process.argv.slice(2)
const HOUR = 3_600_000
const clock = fakeClock()
clock.advance(Number(day) * 24 * HOUR)
const { store, audit } = await recorderIn(folder!, {
  clock,
  auditMarkEntries: 5,
  auditDays: 1,
})
const recordForever = async (): Promise<never> => {
  for (let n = 0; ; n += 1) {
    const seq = await store.write('durable', (db) => audit.record(db, someEntry(n)))
    writeSync(1, `${seq}\n`)
    if (n % 20 === 0) clock.advance(HOUR)
  }
}
const sweepForever = async (): Promise<never> => {
  for (;;) await audit.sweep()
}
await Promise.all([recordForever(), recordForever(), sweepForever()])

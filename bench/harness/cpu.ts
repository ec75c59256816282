/** Milliseconds of CPU in one measurement of {@link perSecond}. */
const SLICE_MS = 150

/** Runs per second of this process’s CPU. */
export function perSecond(run: () => void): number {
  const before = process.cpuUsage()
  let runs = 0
  let used = 0
  while (used < SLICE_MS * 1_000) {
    for (let i = 0; i < 8; i += 1) run()
    runs += 8
    const { user, system } = process.cpuUsage(before)
    used = user + system
  }
  return (runs * 1_000_000) / used
}

/** Milliseconds of CPU, of all threads of this process, that `work` takes. */
export async function cpuMs(work: () => Promise<unknown> | void): Promise<number> {
  const before = process.cpuUsage()
  await work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1_000
}

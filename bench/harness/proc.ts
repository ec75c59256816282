import { readFile } from 'node:fs/promises'

/** Ticks per second in /proc, on every Linux that Node runs on. */
const TICKS = 100

/** Seconds of CPU, user and system, that a running process has used, its waited-for children included. Linux only. */
export async function cpuSoFar(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
  // The second field is the program's name in parentheses and may hold anything.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0)
  return ticks / TICKS
}

/** Octets resident, now and at most so far. */
export interface Resident {
  readonly now: number
  readonly most: number
}

/** What a running process holds in memory; undefined if it has ended. Linux only. */
export async function resident(pid: number): Promise<Resident | undefined> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
  const now = /^VmRSS:\s+(\d+) kB$/m.exec(status)
  const most = /^VmHWM:\s+(\d+) kB$/m.exec(status)
  if (now === null || most === null) return undefined
  return { now: Number(now[1]) * 1024, most: Number(most[1]) * 1024 }
}

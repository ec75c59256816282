import { setImmediate, setTimeout } from 'node:timers/promises'
import type { Running } from './scope.ts'

/** Milliseconds that a program may take to end when it is asked to. */
const STOP_MS = 5_000

/**
 * What `work` comes to. If it takes more than `limitMs` milliseconds, the programs are asked to end, and the error tells
 * which of them had not ended, and what each has written.
 */
export async function within<T>(
  limitMs: number,
  programs: Readonly<Record<string, Running>>,
  work: Promise<T>,
): Promise<T> {
  const enough = new AbortController()
  const late = setTimeout(limitMs, undefined, { signal: enough.signal }).catch(() => undefined)
  try {
    const done = await Promise.race([work.then((value) => ({ value })), late])
    if (done !== undefined) return done.value
  } finally {
    enough.abort()
  }
  work.catch(() => undefined)
  const words = await Promise.all(Object.entries(programs).map(lastWords))
  throw new Error([`not done within ${limitMs / 1_000} s`, ...words].join('\n'))
}

async function lastWords([name, program]: readonly [string, Running]): Promise<string> {
  const ended = program.ended.then(
    () => 'had ended',
    () => 'had been killed',
  )
  const state = await Promise.race([ended, setImmediate('had not ended')])
  const gone = new AbortController()
  const stopped = program.stop().catch(() => undefined)
  const used = await Promise.race([
    stopped,
    setTimeout(STOP_MS, undefined, { signal: gone.signal }).catch(() => undefined),
  ])
  gone.abort()
  return used === undefined
    ? `${name} ${state}, and cannot be asked what it wrote`
    : `${name} ${state}, and wrote:\n${used.stdout}${used.stderr}`
}

import { spawn, type ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const HUFU = fileURLToPath(new URL('../../packages/cli/bin/hufu.mjs', import.meta.url))

/** One line of `--json`. */
export interface JsonEvent {
  readonly event: string
  readonly [name: string]: unknown
}

/** A running `hufu … --json`. */
export interface Running {
  readonly child: ChildProcess
  /** All events so far. */
  readonly events: readonly JsonEvent[]
  /** What it wrote to stderr so far. */
  readonly stderr: string
  /** The first event, past or to come, that fits; rejects if the process ends without one. */
  event(fits: (event: JsonEvent) => boolean): Promise<JsonEvent>
  /** The exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>
}

/**
 * Starts `hufu` with `--json`, as a process that a test may kill: it is Node itself, not the launcher's child.
 *
 * @param env environment variables to add
 */
export function hufu(args: readonly string[], env: Readonly<Record<string, string>> = {}): Running {
  const child = spawn(process.execPath, [HUFU, ...args, '--json'], {
    env: { ...process.env, ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  const events: JsonEvent[] = []
  const waiting = new Set<() => void>()
  let stderr = ''
  let over = false
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  createInterface({ input: child.stdout }).on('line', (line) => {
    events.push(JSON.parse(line) as JsonEvent)
    for (const look of waiting) look()
  })
  const ended = new Promise<number | NodeJS.Signals>((resolve) => {
    child.once('close', (code, signal) => {
      over = true
      for (const look of waiting) look()
      resolve(code ?? signal ?? 'SIGKILL')
    })
  })
  return {
    child,
    events,
    get stderr() {
      return stderr
    },
    ended,
    event: (fits) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const found = events.find(fits)
          if (found !== undefined) resolve(found)
          else if (over) reject(new Error(`it ended without that event:\n${stderr}`))
          else return
          waiting.delete(look)
        }
        waiting.add(look)
        look()
      }),
  }
}

/** The code that a `hufu pair` has opened. */
export async function codeOf(opener: Running): Promise<string> {
  const { code } = await opener.event(({ event }) => event === 'code')
  if (typeof code !== 'string') throw new Error('no code')
  return code
}

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { hufu, type JsonEvent, type Running } from './hufu.ts'

/** What a command that has ended has said. */
export interface Ended {
  readonly events: readonly JsonEvent[]
  readonly exit: number | NodeJS.Signals
  /** The first event of that name. Throws if there is none. */
  event(name: string): JsonEvent
  /** The code of its error event, if it has one. */
  readonly code: unknown
}

/** Somebody's shell: a profile of its own, and a server. */
export interface Shell {
  readonly home: string
  /** Runs a command to its end, with these lines as stdin. */
  run(line: string, options?: RunOptions): Promise<Ended>
  /** Starts one that stays. Its stdin is open. */
  start(line: string, options?: RunOptions): Running
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>
  readonly stdin?: string
}

/** Shells at one server; `close` deletes their profiles. `env` is added to each command. */
export function shellsAt(
  origin: string,
  env: Readonly<Record<string, string>> = {},
): { open(): Promise<Shell>; close(): Promise<void> } {
  const homes: string[] = []
  const running = new Set<Running>()
  return {
    async open() {
      const home = await mkdtemp(join(tmpdir(), 'hufu-home-'))
      homes.push(home)
      const start: Shell['start'] = (line, options = {}) => {
        const all = { HUFU_SERVER: origin, HUFU_HOME: home, ...env, ...options.env }
        const started = hufu(line.split(' '), all)
        running.add(started)
        void started.ended.then(() => running.delete(started))
        if (options.stdin !== undefined) started.child.stdin!.end(options.stdin)
        return started
      }
      return {
        home,
        start,
        async run(line, options = {}) {
          const started = start(line, { stdin: '', ...options })
          const exit = await started.ended
          const { events } = started
          return {
            events,
            exit,
            code: events.find(({ event }) => event === 'error')?.['code'],
            event(name) {
              const found = events.find(({ event }) => event === name)
              if (found === undefined)
                throw new Error(`${line}: no ${name} in ${JSON.stringify(events)}${started.stderr}`)
              return found
            },
          }
        },
      }
    },
    async close() {
      for (const { child } of running) child.kill('SIGKILL')
      await Promise.all([...running].map(({ ended }) => ended))
      for (const home of homes) await rm(home, { recursive: true, force: true })
    },
  }
}

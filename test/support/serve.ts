import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const HUFU = fileURLToPath(new URL('../../packages/cli/bin/hufu.mjs', import.meta.url))
/** How often a starting server is asked whether it is there, in milliseconds. */
const ASK_EVERY_MS = 50

/** A `hufu serve`, or `hufu authority`, of its own: a process, a port of 127.0.0.1, and a data folder that goes with it. */
export interface Served {
  /** For example `http://127.0.0.1:40123`. */
  readonly origin: string
  readonly pid: number
  /** Where its data is. */
  readonly data: string
  /** The code that it has printed for the first account. Throws if it ended without. */
  setupCode(): Promise<string>
  /** Ends the process as a crash does: SIGKILL. */
  kill(): Promise<void>
  /** Starts it again, on the same port and data. */
  restart(): Promise<void>
  /** Ends the process and deletes its data. */
  stop(): Promise<void>
}

/**
 * Starts `hufu serve`, or `hufu authority`, and resolves when it answers.
 *
 * @param env environment variables to add
 * @throws if the process ends before it answers; the error carries what it wrote to stderr
 */
export async function serve(
  env: Readonly<Record<string, string>> = {},
  command: 'serve' | 'authority' = 'serve',
): Promise<Served> {
  const data = await mkdtemp(join(tmpdir(), 'hufu-serve-'))
  const address = `127.0.0.1:${await freePort()}`
  const origin = `http://${address}`
  let complaints = ''
  const start = async (): Promise<ChildProcess> => {
    const child = spawn(process.execPath, [HUFU, command, '--data', data, '--listen', address], {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    complaints = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => (complaints += text))
    while (!(await answers(origin))) {
      if (hasEnded(child)) throw new Error(`hufu ${command} ended:\n${complaints}`)
      await pause(ASK_EVERY_MS)
    }
    return child
  }
  let child = await start()
  return {
    origin,
    data,
    get pid() {
      return child.pid!
    },
    async setupCode() {
      for (;;) {
        const code = /is good once:\n(\S+)\n/.exec(complaints)?.[1]
        if (code !== undefined) return code
        if (hasEnded(child)) throw new Error(`hufu ${command} ended:\n${complaints}`)
        await pause(ASK_EVERY_MS)
      }
    },
    kill: () => end(child, 'SIGKILL'),
    async restart() {
      await end(child)
      child = await start()
    },
    stop: async () => {
      await end(child)
      await rm(data, { recursive: true, force: true })
    },
  }
}

/** A port of 127.0.0.1 that nothing listens on now. */
export async function freePort(): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>()
  const server = createServer().once('error', reject)
  server.listen(0, '127.0.0.1', () => {
    const address = server.address()
    server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
  })
  return promise
}

async function answers(origin: string): Promise<boolean> {
  try {
    const response = await fetch(`${origin}/healthz`)
    await response.arrayBuffer()
    return response.ok
  } catch {
    return false
  }
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null
}

async function end(child: ChildProcess, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
  if (hasEnded(child)) return
  const { promise, resolve } = Promise.withResolvers<void>()
  child.once('exit', () => resolve())
  child.kill(signal)
  await promise
}

import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync, rmSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'

/** What one benchmark starts and leaves behind; everything goes with {@link Scope.end}. */
export interface Scope {
  /** A folder of its own. */
  readonly folder: string
  /** Starts a program whose CPU and memory are measured, servers included. */
  start(program: string, args: readonly string[], options?: StartOptions): Running
  /** Kills what still runs, and deletes the folder. */
  end(): Promise<void>
}

export interface StartOptions {
  readonly env?: Readonly<Record<string, string>>
  /** What it finds on stdin; nothing if not given. */
  readonly input?: string
  /** Folder it starts in; the scope's if not given. */
  readonly cwd?: string
}

export interface Running {
  /** The program's own process id. */
  readonly pid: Promise<number>
  /** The first match in what it writes, on stdout and stderr. Rejects if it ends without one. */
  match(pattern: RegExp): Promise<RegExpExecArray>
  /** Resolves when it has ended and all it wrote is here. */
  readonly ended: Promise<Used>
  /** Asks it to end, and waits for that. */
  stop(): Promise<Used>
}

/** What a program used, by the operating system's account (see rusage.py). */
export interface Used {
  /** Exit code; negative for a signal. */
  readonly code: number
  /** Seconds, user and system, of the program and all its children. */
  readonly cpu: number
  /** Most octets resident at a time. */
  readonly maxRss: number
  readonly stdout: string
  readonly stderr: string
}

const WRAPPER = fileURLToPath(new URL('rusage.py', import.meta.url))
/** The system's own, before whatever else calls itself so. */
const PYTHON = existsSync('/usr/bin/python3') ? '/usr/bin/python3' : 'python3'
/** Characters of output that are kept: enough for any message, little for a program gone wild. */
const KEPT = 65_536

/** Starts a scope. Should this process end before it, it goes too. */
export async function openScope(name: string): Promise<Scope> {
  const folder = await mkdtemp(join(tmpdir(), `hufu-bench-${name}-`))
  const children = new Set<ChildProcess>()
  const killAll = (): void => {
    for (const child of children) killGroup(child, 'SIGKILL')
  }
  const atExit = (): void => {
    killAll()
    rmSync(folder, { recursive: true, force: true })
  }
  process.on('exit', atExit)
  return {
    folder,
    start(program, args, options = {}) {
      const child = spawn(PYTHON, [WRAPPER, program, ...args], {
        cwd: options.cwd ?? folder,
        env: { ...process.env, HOME: folder, ...options.env },
        stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
        detached: true, // a group of its own, so that nothing of it survives
      })
      children.add(child)
      child.stdin.on('error', () => undefined).end(options.input ?? '')
      return watch(child, () => children.delete(child))
    },
    async end() {
      killAll()
      process.off('exit', atExit)
      await rm(folder, { recursive: true, force: true })
    },
  }
}

function watch(child: ChildProcess, gone: () => void): Running {
  const pid = Promise.withResolvers<number>()
  const ended = Promise.withResolvers<Used>()
  ended.promise.catch(() => undefined)
  pid.promise.catch(() => undefined)
  const waiting = new Set<() => void>()
  let stdout = ''
  let stderr = ''
  let report = ''
  const look = (): void => {
    for (const each of waiting) each()
  }
  ;(child.stdout as Readable).setEncoding('utf8').on('data', (text: string) => {
    stdout = (stdout + text).slice(0, KEPT)
    look()
  })
  ;(child.stderr as Readable).setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(0, KEPT)
    look()
  })
  const third = child.stdio[3] as Readable
  third.setEncoding('utf8').on('data', (text: string) => {
    report += text
    const first = /^\{"pid": (\d+)\}\n/.exec(report)
    if (first !== null) pid.resolve(Number(first[1]))
  })
  child.on('error', (error) => ended.reject(error))
  child.on('close', () => {
    gone()
    const last = report.trimEnd().split('\n').at(-1) ?? ''
    const killed = new Error(`a program was killed or did not start:\n${stdout}${stderr}`)
    pid.reject(killed)
    if (last.includes('"cpu"')) {
      const used = JSON.parse(last) as Pick<Used, 'code' | 'cpu' | 'maxRss'>
      ended.resolve({ ...used, stdout, stderr })
    } else ended.reject(killed)
  })
  return {
    pid: pid.promise,
    match(pattern) {
      const found = Promise.withResolvers<RegExpExecArray>()
      const check = (): void => {
        const match = pattern.exec(stdout) ?? pattern.exec(stderr)
        if (match === null) return
        waiting.delete(check)
        found.resolve(match)
      }
      waiting.add(check)
      check()
      const tooLate = (): void =>
        found.reject(new Error(`ended without ${pattern}:\n${stdout}${stderr}`))
      ended.promise.then(tooLate, tooLate)
      return found.promise
    },
    ended: ended.promise,
    async stop() {
      const id = await pid.promise
      try {
        process.kill(id, 'SIGTERM')
      } catch {
        // It had ended by itself.
      }
      return ended.promise
    },
  }
}

function killGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return
  try {
    process.kill(-child.pid, signal)
  } catch {
    // Gone already.
  }
}

/** A port of 127.0.0.1 that was free a moment ago. */
export async function freePort(): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>()
  const server = createServer().once('error', reject)
  server.listen(0, '127.0.0.1', () => {
    const address = server.address()
    server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
  })
  return promise
}

/** Throws what a program wrote, unless it ended well. */
export function succeeded(used: Used): Used {
  if (used.code === 0) return used
  throw new Error(`exit code ${used.code}:\n${used.stdout}${used.stderr}`)
}

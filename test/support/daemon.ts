import { spawn } from 'node:child_process'
import { connect } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'

/** How often a starting process is asked whether it listens, in milliseconds. */
const ASK_EVERY_MS = 20

/**
 * Starts a program that serves, and resolves when its port of 127.0.0.1 answers, with what ends it again (SIGTERM).
 *
 * @throws if it ends before; the error carries what it wrote to stderr
 */
export async function startDaemon(
  [program, ...args]: readonly [string, ...string[]],
  port: number,
  env: Readonly<Record<string, string>> = {},
): Promise<() => Promise<void>> {
  const child = spawn(program, args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let complaints = ''
  let over = false
  child.stderr.setEncoding('utf8').on('data', (text: string) => (complaints += text))
  const ended = new Promise<void>((resolve) => {
    child.once('error', (error) => {
      complaints += error.message
      over = true
      resolve()
    })
    child.once('exit', () => {
      over = true
      resolve()
    })
  })
  while (!(await answers(port))) {
    if (over) throw new Error(`${program} ended:\n${complaints}`)
    await pause(ASK_EVERY_MS)
  }
  return async () => {
    child.kill('SIGTERM')
    await ended
  }
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}

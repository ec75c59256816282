import { connect } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import type { Running } from './scope.ts'

/** How often a starting server is tried, in milliseconds. */
const TRY_EVERY_MS = 50

/** Resolves when something accepts connections at the port of 127.0.0.1; rejects if `server` ends before. */
export async function answers(port: number, server: Running): Promise<void> {
  let over: Error | undefined
  server.ended.then(
    (used) => (over = new Error(`a server ended:\n${used.stdout}${used.stderr}`)),
    (error: unknown) => (over = new Error('a server did not start', { cause: error })),
  )
  while (!(await accepts(port))) {
    if (over !== undefined) throw over
    await pause(TRY_EVERY_MS)
  }
}

function accepts(port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const socket = connect(port, '127.0.0.1')
  socket.on('connect', () => resolve(true)).on('error', () => resolve(false))
  void promise.then(() => socket.destroy())
  return promise
}

import { pino, type Logger } from 'pino'
import type { LogLevel } from './setting-kinds.ts'

/**
 * JSON lines on stderr. No names, slots, keys, ids of terminals or whole addresses, ever: what is logged is what happened
 * to the server, and how often.
 *
 * - `error`: we are at fault, or cannot go on. Somebody must look.
 * - `warn`: it works, and an operator should know: limits reached, somebody throttled.
 * - `info`: start, stop, and what changes for everybody.
 * - `debug`: a connection's end with its code.
 */
export function loggerAt(level: LogLevel): Logger {
  return pino({ level, base: null }, pino.destination({ dest: 2, sync: true }))
}

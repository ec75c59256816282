import type { ErrorCode } from '@hufu/protocol/wire'

/** Whatever a connection can end with. Its WebSocket close code is 4000 and its row here: add rows, never move them. */
const ROWS = [
  'ERR_INTERNAL',
  'ERR_WIRE_OVERSIZE',
  'ERR_WIRE_DEPTH',
  'ERR_WIRE_MALFORMED',
  'ERR_WIRE_SCHEMA',
  'ERR_WIRE_FRAME',
  'ERR_WIRE_UNEXPECTED',
  'ERR_VERSION',
  'ERR_HELLO_PROOF',
  'ERR_HELLO_NAME',
  'ERR_HELLO_TIMEOUT',
  'ERR_RATE',
  'ERR_CONNECTIONS',
  'ERR_IDLE',
  'ERR_SLOW_READER',
  'ERR_REPLACED',
  'ERR_BUSY',
] as const satisfies readonly ErrorCode[]

/** The server restarts; RFC 6455's registry knows this one ("Service Restart"). */
const RESTART = 1_012
const FIRST = 4_000

/** The close code (RFC 6455 §7.4.2: 4000–4999 are an application's own) that says `code`. */
export function closeCodeOf(code: ErrorCode): number {
  if (code === 'ERR_DRAINING') return RESTART
  const row = (ROWS as readonly ErrorCode[]).indexOf(code)
  return FIRST + Math.max(0, row)
}

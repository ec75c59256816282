import type { ErrorCode } from '@hufu/terminal'
import { text as said } from '../../state/language.ts'
import { record, text, type Reader } from './reading.ts'

/** Why something was not done. */
export interface Fault {
  readonly code: ErrorCode
  /** What is missing, where something was refused for want of it. */
  readonly permission: string | undefined
}

/** What became of a request. */
export type Answer<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly fault: Fault }

/** One request below `/api/v1`. */
export interface Request<T> {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** For example `/tokens/0123456789ab`. */
  readonly path: string
  /** What is undefined or empty is left out. */
  readonly query?: Readonly<Record<string, string | number | undefined>>
  readonly body?: unknown
  readonly answer: Reader<T>
  /** Milliseconds; {@link PATIENCE_MS} if not given. */
  readonly patienceMs?: number
}

/** Milliseconds that an answer may take. Our choice: a passphrase in a queue takes seconds. */
const PATIENCE_MS = 20_000
/** Relative to the page: the server may stand under a path. */
const API = 'api/v1'

/** Milliseconds after somebody's last touch for which what the page asks counts as that somebody's. */
const TOUCH_MS = 60_000
let touchedAt = performance.now()
for (const act of ['pointerdown', 'keydown', 'wheel'])
  addEventListener(act, () => (touchedAt = performance.now()), { capture: true, passive: true })

let ended: () => void = () => undefined
let used: () => void = () => undefined

/** Has `isOver` called when the server says that nobody is signed in, and `inUse` whenever it has answered somebody. */
export function watchSession(isOver: () => void, inUse: () => void): void {
  ended = isOver
  used = inUse
}

/** Where a request goes, for a link. */
export function addressOf(path: string, query: Request<unknown>['query'] = {}): string {
  const given = Object.entries(query).flatMap(([name, value]) =>
    value === undefined || value === '' ? [] : [[name, String(value)]],
  )
  const search = new URLSearchParams(given).toString()
  return `${API}${path}${search === '' ? '' : `?${search}`}`
}

/** Asks the server. It never rejects: no network and an answer that cannot be read are faults like any other. */
export async function ask<T>(request: Request<T>): Promise<Answer<T>> {
  const { method = 'GET', path, query, body, answer, patienceMs = PATIENCE_MS } = request
  const watching = method === 'GET' && performance.now() > touchedAt + TOUCH_MS
  let status: number
  let value: unknown
  try {
    const response = await fetch(addressOf(path, query), {
      method,
      headers: {
        // which no page of another site can send
        ...(method === 'GET' ? {} : { 'X-Hufu-Request': '1' }),
        // a page that is left open does not keep its session
        ...(watching ? { 'X-Hufu-Watching': '1' } : {}),
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      credentials: 'same-origin',
      cache: 'no-store',
      redirect: 'error',
      signal: AbortSignal.timeout(patienceMs),
    })
    status = response.status
    value = await response.json().catch(() => undefined)
  } catch {
    return refusal('ERR_UNREACHABLE')
  }
  if (status !== 200) return refused(value)
  if (!watching) used()
  const read = answer(value)
  return read === undefined ? refusal('ERR_VERSION') : { ok: true, value: read }
}

const refusalRead = record({ error: record({ code: text, message: text }) })

function refused(value: unknown): Answer<never> {
  const error = refusalRead(value)?.error
  if (error === undefined) return refusal('ERR_NOT_HUFU')
  // of a newer server there may be codes that nothing is said of
  const code = Object.hasOwn(said.peek().errors, error.code)
    ? (error.code as ErrorCode)
    : 'ERR_VERSION'
  if (code === 'ERR_SIGNED_OUT') ended()
  const permission = code === 'ERR_FORBIDDEN' ? /\b[a-z]+\.[a-z]+\b/.exec(error.message)?.[0] : ''
  return refusal(code, permission === '' ? undefined : permission)
}

function refusal(code: ErrorCode, permission?: string): Answer<never> {
  return { ok: false, fault: { code, permission } }
}

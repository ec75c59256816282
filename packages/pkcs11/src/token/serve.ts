import { parentPort, workerData } from 'node:worker_threads'
import { HufuError } from '@hufu/protocol/wire'
import { faultOf } from './faults.ts'
import { loadLibrary } from './library.ts'
import type { Acts, ThreadStart, TokenAnswer, TokenRequest } from './messages.ts'
import type { Requirement } from './session.ts'
import { tokenOver, type Token } from './token.ts'

/*
 * The other end of `thread.ts`. A thread of its own for the token: its library blocks, some for a second at a time, and
 * one that hangs must not take the process with it.
 */

/**
 * Makes this thread a token's: it does what it is asked, one after another.
 *
 * @param requires what the token must be able to do
 * @param actsOf what can be asked; octets that are given are overwritten afterwards
 */
export function serveToken<A extends Acts<A>>(
  requires: readonly Requirement[],
  actsOf: (token: Token) => A,
): void {
  const { module } = workerData as ThreadStart
  let served: { readonly token: Token; readonly acts: Untyped } | undefined

  const perform = (request: TokenRequest): unknown => {
    if (request.ask === 'open') {
      const token = tokenOver(loadLibrary(module), request.access, requires)
      served = { token, acts: actsOf(token) as unknown as Untyped }
      return undefined
    }
    if (served === undefined) throw new HufuError('ERR_CALL_ORDER', 'the token was not opened')
    const { token, acts } = served
    if (request.ask !== 'act') return token[request.ask]()
    return acts[request.name]!(...request.given)
  }

  const port = parentPort!
  port.on('message', (request: TokenRequest) => {
    const answer = answered(() => perform(request))
    if (request.ask === 'act')
      for (const each of request.given) if (each instanceof Uint8Array) each.fill(0)
    port.postMessage(answer, moved(answer))
  })
}

/** Acts as they come over: the thread's client is typed by the same interface. */
type Untyped = Readonly<Record<string, (...given: readonly unknown[]) => unknown>>

function answered(act: () => unknown): TokenAnswer {
  try {
    return { ok: true, value: act() }
  } catch (error) {
    const { code, message } = faultOf(error)
    return { ok: false, code, message }
  }
}

/** Octets go over without leaving a copy here: they may be a secret. */
function moved(answer: TokenAnswer): ArrayBuffer[] {
  if (!answer.ok || !(answer.value instanceof Uint8Array)) return []
  const { buffer, byteLength } = answer.value
  return buffer instanceof ArrayBuffer && buffer.byteLength === byteLength ? [buffer] : []
}

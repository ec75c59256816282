import { Worker } from 'node:worker_threads'
import { HufuError } from '@hufu/protocol/wire'
import type { Acts, ThreadStart, TokenAnswer, TokenRequest } from './messages.ts'
import type { TokenFacts } from './session.ts'

/** Which token, in which library, and its PIN. */
export interface TokenPlace {
  /** Path of the token's library. */
  readonly module: string
  readonly label: string
  readonly pin: string
}

/** A token, from the main thread. All reject with {@link HufuError} `ERR_HSM_…`. */
export interface TokenThread<A extends Acts<A>> {
  /** What it says of itself; nobody is let in for that. */
  look(): Promise<TokenFacts>
  /** Gives the PIN now and not at the first act. False if it was not looked at: this process is logged in already. */
  enter(): Promise<boolean>
  ask<N extends keyof A & string>(name: N, ...given: Parameters<A[N]>): Promise<ReturnType<A[N]>>
  /** Ends the session and the thread. What waits is refused. */
  end(): Promise<void>
}

/**
 * Starts a thread for a token and loads its library.
 *
 * @param worker a file that calls `serveToken` with the same acts
 * @throws {HufuError} `ERR_HSM_MODULE`, `ERR_HSM_FAILED`.
 */
export async function startToken<A extends Acts<A>>(
  worker: URL,
  { module, label, pin }: TokenPlace,
): Promise<TokenThread<A>> {
  const workerData: ThreadStart = { module }
  const ask = exchange(new Worker(worker, { workerData, stdin: false }))
  const thread: TokenThread<A> = {
    look: async () => (await ask({ ask: 'look' })) as TokenFacts,
    enter: async () => (await ask({ ask: 'enter' })) as boolean,
    ask: async (name, ...given) =>
      (await ask({ ask: 'act', name, given })) as ReturnType<A[typeof name]>,
    async end() {
      await ask({ ask: 'close' }).catch(() => undefined)
      await ask.end()
    },
  }
  try {
    await ask({ ask: 'open', access: { label, pin } })
    return thread
  } catch (error) {
    await ask.end()
    throw error
  }
}

interface Exchange {
  (request: TokenRequest): Promise<unknown>
  end(): Promise<unknown>
}

function exchange(worker: Worker): Exchange {
  // what waits for an answer keeps the process; an idle token does not
  worker.unref()
  const waiting: ((answer: TokenAnswer) => void)[] = []
  worker.on('message', (answer: TokenAnswer) => {
    waiting.shift()?.(answer)
    if (waiting.length === 0) worker.unref()
  })
  let gone: string | undefined
  const fail = (why: string): void => {
    gone ??= why
    for (const answer of waiting.splice(0))
      answer({ ok: false, code: 'ERR_HSM_FAILED', message: why })
  }
  worker.on('error', (error) => fail(error instanceof Error ? error.message : String(error)))
  worker.on('exit', () => fail('the thread of the token has ended'))
  const ask = async (request: TokenRequest): Promise<unknown> => {
    if (gone !== undefined) throw new HufuError('ERR_HSM_FAILED', gone)
    const { promise, resolve } = Promise.withResolvers<TokenAnswer>()
    waiting.push(resolve)
    worker.ref()
    // a worker's, not a window's: it has no origin
    // oxlint-disable-next-line unicorn/require-post-message-target-origin
    worker.postMessage(request)
    const answer = await promise
    if (answer.ok) return answer.value
    throw new HufuError(answer.code, answer.message)
  }
  return Object.assign(ask, { end: async () => worker.terminate() })
}

import { Worker } from 'node:worker_threads'
import { HufuError } from '@hufu/protocol/wire'
import type { TokenAnswer, TokenRequest, WorkerStart } from './messages.ts'
import type { KeyName } from './token.ts'

/** Which token, and its PIN, which is asked for when the token is first needed. */
export interface TokenSettings {
  readonly module: string
  readonly label: string
  readonly pin: () => Promise<string>
}

/** The token, from the main thread. All reject with {@link HufuError} `ERR_HSM_…`, or with what `pin` rejects with. */
export interface TokenClient {
  /** Label of the token. */
  readonly label: string
  keys(label: string): Promise<readonly KeyName[]>
  make(label: string): Promise<KeyName>
  wrap(key: KeyName, plaintext: Uint8Array, aad: Uint8Array): Promise<Uint8Array>
  unwrap(key: KeyName, wrapped: Uint8Array, aad: Uint8Array): Promise<Uint8Array | undefined>
  /** Logs out and ends the thread. */
  close(): Promise<void>
}

/** A token, in a thread that is started when it is first needed. */
export function tokenClient(settings: TokenSettings): TokenClient {
  let thread: Promise<Thread> | undefined
  const ask = async (request: TokenRequest): Promise<unknown> => {
    thread ??= start(settings)
    return (await thread).ask(request)
  }
  return {
    label: settings.label,
    keys: async (label) => (await ask({ ask: 'keys', label })) as readonly KeyName[],
    make: async (label) => (await ask({ ask: 'make', label })) as KeyName,
    wrap: async (key, octets, aad) => (await ask({ ask: 'wrap', key, octets, aad })) as Uint8Array,
    unwrap: async (key, octets, aad) =>
      (await ask({ ask: 'unwrap', key, octets, aad })) as Uint8Array | undefined,
    async close() {
      const started = await thread?.catch(() => undefined)
      thread = undefined
      await started?.end()
    },
  }
}

interface Thread {
  ask(request: TokenRequest): Promise<unknown>
  end(): Promise<void>
}

async function start({ module, label, pin }: TokenSettings): Promise<Thread> {
  const given = await pin()
  const workerData: WorkerStart = { module }
  const worker = new Worker(new URL('worker.ts', import.meta.url), { workerData, stdin: false })
  // what waits for an answer keeps the process; an idle token does not
  worker.unref()
  const waiting: ((answer: TokenAnswer) => void)[] = []
  worker.on('message', (answer: TokenAnswer) => {
    waiting.shift()?.(answer)
    if (waiting.length === 0) worker.unref()
  })
  let gone: string | undefined
  const fail = (why: string): void => {
    gone = why
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
  await ask({ ask: 'open', access: { label, pin: given } })
  return {
    ask,
    async end() {
      await ask({ ask: 'close' }).catch(() => undefined)
      await worker.terminate()
    },
  }
}

import { createRequire } from 'node:module'
import { parentPort, workerData } from 'node:worker_threads'
import { HufuError } from '@hufu/protocol/wire'
import type { Cryptoki } from './cryptoki.ts'
import { faultOf } from './faults.ts'
import type { TokenAnswer, TokenRequest, WorkerStart } from './messages.ts'
import { initialize } from './session.ts'
import { tokenOver, type Token } from './token.ts'

/*
 * A thread of its own for the token: its library blocks, some for a second at a time, and one that hangs must not take
 * the server with it.
 */

const port = parentPort!
const { module } = workerData as WorkerStart
let cryptoki: Cryptoki | undefined
let token: Token | undefined

port.on('message', (request: TokenRequest) => {
  port.postMessage(answerTo(request))
})

function answerTo(request: TokenRequest): TokenAnswer {
  try {
    return { ok: true, value: perform(request) }
  } catch (error) {
    const { code, message } = faultOf(error)
    return { ok: false, code, message }
  } finally {
    if ('octets' in request) request.octets.fill(0)
  }
}

function perform(request: TokenRequest): unknown {
  if (request.ask === 'open') {
    cryptoki = loaded(module)
    token = tokenOver(cryptoki, request.access)
    return undefined
  }
  if (token === undefined) throw new HufuError('ERR_CALL_ORDER', 'the token was not opened')
  switch (request.ask) {
    case 'keys':
      return token.keys(request.label)
    case 'make':
      return token.make(request.label)
    case 'wrap':
      return token.wrap(request.key, request.octets, request.aad)
    case 'unwrap':
      return token.unwrap(request.key, request.octets, request.aad)
    case 'close':
      return token.close()
  }
}

/** Finalised by the end of the process alone: others in it may use the same library. */
function loaded(path: string): Cryptoki {
  const made = pkcs11js()
  try {
    made.load(path)
  } catch (cause) {
    throw new HufuError('ERR_HSM_MODULE', `${path} cannot be loaded as a PKCS#11 library`, {
      cause,
    })
  }
  initialize(made)
  return made
}

function pkcs11js(): Cryptoki {
  try {
    const { PKCS11 } = createRequire(import.meta.url)('pkcs11js') as { PKCS11: new () => Cryptoki }
    return new PKCS11()
  } catch (cause) {
    throw new HufuError(
      'ERR_HSM_MODULE',
      'pkcs11js is not installed or was not built: it needs a C++ compiler, make and Python; then `npm rebuild pkcs11js`',
      { cause },
    )
  }
}

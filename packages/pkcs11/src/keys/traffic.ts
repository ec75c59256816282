import { bulkKey, concat, equal, Secret, type BulkKey } from '@hufu/protocol/crypto'
import type { KeyTraffic } from '@hufu/protocol/identity'
import { HufuError } from '@hufu/protocol/wire'
import type { TokenThread } from '../token/thread.ts'
import type { KeyActs } from './acts.ts'
import type { PairName } from './pairs.ts'

/** How often it is looked whether a token is still there. Our choice: soon enough for a person, and nothing to a token. */
const LOOK_MS = 1_000

/**
 * What a token does of a call's traffic.
 *
 * @param thread gives the thread of the token, or throws once it was closed.
 * @param pairs those of the key: without them it is another token.
 */
export function trafficOver(
  thread: () => TokenThread<KeyActs>,
  pairs: readonly PairName[],
): KeyTraffic {
  let waiting = 0
  let keys = 0
  const counted = async <T>(asked: Promise<T>): Promise<T> => {
    waiting += 1
    try {
      return await asked
    } finally {
      waiting -= 1
    }
  }
  const load = (raw: Secret): BulkKey => {
    const key = keys++
    const loaded = thread().ask('load', key, own(raw.expose()))
    loaded.catch(() => {}) // whoever seals or opens is told
    let isWiped = false
    const via = (): TokenThread<KeyActs> => {
      if (isWiped) throw new HufuError('ERR_SECRET_WIPED', 'used after wipe()')
      return thread()
    }
    const answered = async <T>(asked: Promise<T>): Promise<T> =>
      counted(
        asked.catch(async (error: unknown) => {
          await loaded // why there is no such key
          throw error
        }),
      )
    return {
      async seal({ nonce, head, unsent, parts, room }) {
        const associated = own(...(unsent === undefined ? [head] : [head, unsent]))
        const asked = via().ask('seal', key, own(nonce), associated, own(...parts))
        return own(new Uint8Array(room), head, await answered(asked))
      },
      async open(nonce, sealed, head) {
        return answered(via().ask('open', key, own(nonce), own(head), own(sealed)))
      },
      wipe() {
        if (isWiped) return
        isWiped = true
        dropped(thread, key)
      },
    }
  }
  return {
    random: async (octets) => counted(thread().ask('random', octets)),
    prove: async () => prove(load),
    bulkKey: load,
    get waiting() {
      return waiting
    },
    watch(gone) {
      let timer: NodeJS.Timeout
      let isOver = false
      // the next only after the last: a token may take its time
      const next = (): void => {
        timer = setTimeout(() => void step(), LOOK_MS).unref()
      }
      const step = async (): Promise<void> => {
        const lost = await lossOf(thread, pairs)
        if (isOver) return
        if (lost === undefined) next()
        else if (lost.code !== 'ERR_SECRET_WIPED') gone(lost)
      }
      next()
      return () => {
        isOver = true
        clearTimeout(timer)
      }
    },
  }
}

/** Octets in memory of their own: a message to a thread takes along all the memory that what it holds is a part of. */
function own(...parts: readonly Uint8Array[]): Uint8Array {
  return concat(...parts)
}

/** A thread that has ended has taken its keys with it, and a token that was taken out too. */
function dropped(thread: () => TokenThread<KeyActs>, key: number): void {
  try {
    thread()
      .ask('drop', key)
      .catch(() => {})
  } catch {
    // closed
  }
}

/** Why the token is not there with these pairs; `undefined` if it is. */
async function lossOf(
  thread: () => TokenThread<KeyActs>,
  pairs: readonly PairName[],
): Promise<HufuError | undefined> {
  try {
    if ((await thread().ask('present', pairs)).every(Boolean)) return undefined
    return new HufuError('ERR_HSM_ABSENT', 'the token was taken out')
  } catch (error) {
    if (error instanceof HufuError) return error
    throw error
  }
}

/** Both directions against our own cipher, with a frame of the usual size. */
async function prove(load: (raw: Secret) => BulkKey): Promise<void> {
  using raw = new Secret(new Uint8Array(32).fill(1))
  const [theirs, ours] = [load(raw), bulkKey(raw)]
  const message = {
    nonce: new Uint8Array(12).fill(2),
    head: new Uint8Array(5).fill(3),
    parts: [new Uint8Array(80).fill(4)],
    room: 0,
  }
  try {
    const [sealed, expected] = [await theirs.seal(message), await ours.seal(message)]
    const opened = await theirs.open(message.nonce, expected.subarray(5), message.head)
    const altered = await theirs.open(message.nonce, expected.subarray(5), message.nonce)
    const isGood = equal(sealed, expected) && opened !== undefined && altered === undefined
    if (isGood && equal(opened, message.parts[0]!)) return
  } catch (error) {
    if (!(error instanceof HufuError) || error.code !== 'ERR_HSM_FAILED') throw error
    throw new HufuError('ERR_HSM_MECHANISM', error.message, { cause: error })
  } finally {
    theirs.wipe()
    ours.wipe()
  }
  throw new HufuError('ERR_HSM_MECHANISM', 'the token does not seal as AES-GCM does')
}

import { Worker } from 'node:worker_threads'
import type { Order, Report } from './openers.ts'

/** A slot whose opener is connected and answers by itself, in another thread. */
export interface Slot {
  readonly number: string
  close(): void
}

/** Where slots come from. */
export interface Slots {
  open(): Promise<Slot>
  /** Ends the thread, and with it all slots. */
  end(): Promise<void>
}

/** Starts the thread that opens slots at `server`. */
export function startSlots(server: string): Slots {
  const worker = new Worker(new URL('openers.ts', import.meta.url))
  const waiting = new Map<number, PromiseWithResolvers<string>>()
  const order = (message: Order): void => {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- threads have no origins
    worker.postMessage(message)
  }
  let id = 0
  worker.on('message', ({ id, number, failed }: Report) => {
    const one = waiting.get(id)
    if (number !== undefined) one?.resolve(number)
    else one?.reject(new Error(failed))
  })
  return {
    async open() {
      id += 1
      const mine = id
      const number = Promise.withResolvers<string>()
      waiting.set(mine, number)
      order({ order: 'open', server, id: mine })
      return {
        number: await number.promise,
        close() {
          waiting.delete(mine)
          order({ order: 'close', id: mine })
        },
      }
    },
    async end() {
      await worker.terminate()
    },
  }
}

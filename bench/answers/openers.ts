import { constants, getPriority, setPriority } from 'node:os'
import { parentPort } from 'node:worker_threads'
import { random } from '@hufu/protocol/crypto'
import { drawWords } from '@hufu/protocol/pair'
import { pair } from '@hufu/terminal'

/*
 * The worker behind slots.ts: opens slots, each from a terminal of its own, until told to close them. Whoever opens them
 * answers by itself, and does so here, where it keeps nobody waiting who measures: elsewhere an opener has a processor of
 * its own. So this thread, and no other, stands back where there are too few.
 */

/** By how much, of the system's 40 steps. Our choice: enough not to be let in front of whoever has just been woken. */
const STEPS_BACK = 10

/** To the worker. */
export type Order =
  | { readonly order: 'open'; readonly server: string; readonly id: number }
  | { readonly order: 'close'; readonly id: number }

/** From the worker: the slot's digits, or why there are none. */
export interface Report {
  readonly id: number
  readonly number?: string
  readonly failed?: string
}

// on Linux a priority is a thread's own, and without a number it is that of the thread that asks
setPriority(Math.min(getPriority() + STEPS_BACK, constants.priority.PRIORITY_LOW))

const open = new Map<number, AbortController>()

parentPort?.on('message', (order: Order) => {
  const { id } = order
  if (order.order === 'close') {
    open.get(id)?.abort()
    open.delete(id)
    return
  }
  const report = (found: Omit<Report, 'id'>): void => {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- threads have no origins
    parentPort?.postMessage({ id, ...found })
  }
  const ended = new AbortController()
  open.set(id, ended)
  pair({
    server: order.server,
    via: { by: 'open', words: drawWords(random) },
    signal: ended.signal,
    on: (event) => {
      if (event.type === 'code') report({ number: event.code.split('-', 1)[0]! })
    },
    // refused in the end, as it must be: whoever requests does not know the words
  }).catch((error: unknown) => report({ failed: String(error) }))
})

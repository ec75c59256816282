import { queue, type Queue } from '@hufu/protocol/session'
import type { Eventually } from '@hufu/protocol/crypto'

/** Things that are begun in order, done at once or later, and dealt with in the order in which they were begun. */
export interface InOrder<T> {
  /** `again` looks once more at what was done while others were ahead. */
  push(one: Eventually<T>, again?: (done: T) => Eventually<T>): void
  /** How many are not dealt with yet. */
  readonly length: number
  /** Resolves when all that was pushed before is dealt with. */
  drained(): Promise<void>
}

/** Nothing waits for a promise where there is none, and nothing is ahead. */
export function inOrder<T>(deal: (one: T) => void): InOrder<T> {
  const waiting: Queue<{
    readonly one: Eventually<T>
    readonly again: ((done: T) => Eventually<T>) | undefined
  }> = queue()
  let running: Promise<void> = Promise.resolve()

  const run = async (): Promise<void> => {
    for (let next = waiting.at(0); next !== undefined; next = waiting.at(0)) {
      const { again } = next
      let done = await next.one
      if (again !== undefined) done = await again(done)
      waiting.shift()
      deal(done)
    }
  }

  return {
    push(one, again) {
      if (waiting.length === 0 && !(one instanceof Promise)) return deal(one)
      waiting.push({ one, again })
      if (waiting.length === 1) running = run()
    },
    get length() {
      return waiting.length
    },
    drained: () => running,
  }
}

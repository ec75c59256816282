import type { Db } from './schema.ts'
import type { Store, Surety } from './store.ts'

/** Most writes in one transaction. Our choice: a batch stays within a few milliseconds. */
const MOST = 256

interface Waiting {
  readonly surety: Surety
  run(db: Db): Promise<void>
  /** Called once the transaction stands. */
  resolve(): void
  reject(error: unknown): void
}

/**
 * One transaction for all that wants to write at the same moment. SQLite writes one at a time, and each durable commit
 * waits for the disk: together they wait once. `before` is called ahead of each transaction.
 */
export function groupCommit(
  db: Db,
  before: (surety: Surety) => void,
): { readonly write: Store['write']; idle(): Promise<void> } {
  let waiting: Waiting[] = []
  let running: Promise<void> | undefined
  const runAll = async (): Promise<void> => {
    // everybody who asks in this turn of the loop gets in
    await new Promise((next) => setImmediate(next))
    while (waiting.length > 0) {
      const batch = waiting.slice(0, MOST)
      waiting = waiting.slice(MOST)
      await commit(db, batch, before)
    }
    running = undefined
  }
  return {
    write(surety, work) {
      return new Promise((resolve, reject) => {
        let result: Awaited<ReturnType<typeof work>>
        waiting.push({
          surety,
          run: async (transaction) => {
            result = await work(transaction)
          },
          resolve: () => resolve(result),
          reject,
        })
        running ??= runAll()
      })
    },
    idle: async () => running,
  }
}

async function commit(
  db: Db,
  batch: readonly Waiting[],
  before: (surety: Surety) => void,
): Promise<void> {
  try {
    before(batch.some(({ surety }) => surety === 'durable') ? 'durable' : 'soon')
    await db.transaction().execute(async (transaction) => {
      for (const one of batch) await one.run(transaction)
    })
  } catch (error) {
    // one of them spoilt it for all: each gets a transaction of its own
    if (batch.length === 1) batch[0]!.reject(error)
    else for (const one of batch) await commit(db, [one], before)
    return
  }
  for (const one of batch) one.resolve()
}

/** An ordered stream of items for one reader. */
export interface Mailbox<T> extends AsyncIterable<T> {
  /** Adds an item. */
  put(item: T): void
  /** Adds an item and resolves when the reader has dealt with it, that is, asks for the next. */
  deliver(item: T): Promise<void>
  /** No more will come. */
  end(): void
}

/** An empty mailbox. */
export function mailbox<T>(): Mailbox<T> {
  const items: { readonly item: T; readonly taken: () => void }[] = []
  let ended = false
  let wake: () => void = () => undefined

  async function* read(): AsyncGenerator<T, void, void> {
    for (;;) {
      const next = items.shift()
      if (next !== undefined) {
        yield next.item
        next.taken()
      } else if (ended) return
      else await new Promise<void>((resolve) => (wake = resolve))
    }
  }

  const add = (item: T, taken: () => void): void => {
    items.push({ item, taken })
    wake()
  }

  return {
    put: (item) => add(item, () => undefined),
    deliver: (item) => new Promise((resolve) => add(item, resolve)),
    end() {
      ended = true
      wake()
    },
    [Symbol.asyncIterator]: read,
  }
}

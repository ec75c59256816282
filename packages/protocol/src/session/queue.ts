/** A first-in, first-out queue whose `shift` does not move what is behind. */
export interface Queue<T> {
  readonly length: number
  push(item: T): void
  shift(): T | undefined
  /** The item `index` places behind the first. */
  at(index: number): T | undefined
}

/** An empty queue. */
export function queue<T>(): Queue<T> {
  let items: (T | undefined)[] = []
  let head = 0
  return {
    get length() {
      return items.length - head
    },
    push(item) {
      items.push(item)
    },
    shift() {
      if (head === items.length) return undefined
      const item = items[head]
      items[head] = undefined // what has left is not held: it may be a block of a file
      head += 1
      if (head > 1_024 && head * 2 > items.length) {
        items = items.slice(head)
        head = 0
      }
      return item
    },
    at: (index) => items[head + index],
  }
}

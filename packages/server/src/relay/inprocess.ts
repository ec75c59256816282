import type { Bus, Hear } from './bus.ts'

interface Message {
  readonly subject: string
  readonly octets: Uint8Array
  readonly head: Uint8Array
}

const NONE = new Uint8Array(0)

/** A bus for a server of one node. `failed` is told what a handler throws: it concerns nobody else. */
export function inProcessBus(failed: (error: unknown) => void): Bus {
  const handlers = new Map<string, Set<Hear>>()
  let queue: Message[] = []
  let closed = false
  const deliver = (): void => {
    for (let at = 0; at < queue.length; at += 1) {
      const { subject, octets, head } = queue[at]!
      // a copy: who subscribes while this is delivered was not there when it came
      for (const handler of Array.from(handlers.get(subject) ?? [])) {
        if (handlers.get(subject)?.has(handler) !== true) continue
        try {
          handler(octets, head)
        } catch (error) {
          failed(error)
        }
      }
    }
    queue = []
  }
  return {
    publish(subject, octets, head = NONE) {
      if (closed) return
      if (queue.push({ subject, octets, head }) === 1) queueMicrotask(deliver)
    },
    subscribe(subject, handler) {
      const own: Hear = (octets, head) => handler(octets, head)
      const set = handlers.get(subject) ?? new Set()
      handlers.set(subject, set.add(own))
      return () => {
        set.delete(own)
        if (set.size === 0 && handlers.get(subject) === set) handlers.delete(subject)
      }
    },
    async close() {
      closed = true
      queue = []
      handlers.clear()
    },
  }
}

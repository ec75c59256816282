import type { Bus } from './bus.ts'

type Handler = (octets: Uint8Array) => void

/** A bus for a server of one node. `failed` is told what a handler throws: it concerns nobody else. */
export function inProcessBus(failed: (error: unknown) => void): Bus {
  const handlers = new Map<string, Set<Handler>>()
  let queue: { readonly subject: string; readonly octets: Uint8Array }[] = []
  let closed = false
  const deliver = (): void => {
    for (let at = 0; at < queue.length; at += 1) {
      const { subject, octets } = queue[at]!
      // a copy: who subscribes while this is delivered was not there when it came
      for (const handler of Array.from(handlers.get(subject) ?? [])) {
        if (handlers.get(subject)?.has(handler) !== true) continue
        try {
          handler(octets)
        } catch (error) {
          failed(error)
        }
      }
    }
    queue = []
  }
  return {
    publish(subject, octets) {
      if (closed) return
      if (queue.push({ subject, octets }) === 1) queueMicrotask(deliver)
    },
    subscribe(subject, handler) {
      const own: Handler = (octets) => handler(octets)
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

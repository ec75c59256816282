import type { Bus, Hear } from './bus.ts'

interface Message {
  readonly subject: string
  readonly octets: Uint8Array
  readonly head: Uint8Array
}

/** An object of its own for every subscription, though two may have the same handler. */
interface Subscription {
  readonly handler: Hear
}

const NO_HEAD = new Uint8Array(0)
const NOBODY: readonly Subscription[] = []

/** A bus for a server of one node. `failed` is told what a handler throws: it concerns nobody else. */
export function inProcessBus(failed: (error: unknown) => void): Bus {
  // lists are replaced, not changed: who subscribes while a message is delivered was not there when it came
  const bySubject = new Map<string, readonly Subscription[]>()
  let queue: Message[] = []
  let closed = false
  const deliver = (): void => {
    for (let at = 0; at < queue.length; at += 1) {
      const { subject, octets, head } = queue[at]!
      for (const one of bySubject.get(subject) ?? []) {
        if (bySubject.get(subject)?.includes(one) !== true) continue
        try {
          one.handler(octets, head, subject)
        } catch (error) {
          failed(error)
        }
      }
    }
    queue = []
  }
  return {
    publish(subject, octets, head = NO_HEAD) {
      if (closed) return
      if (queue.push({ subject, octets, head }) === 1) queueMicrotask(deliver)
    },
    subscribe(subject, handler) {
      const own: Subscription = { handler }
      // concat makes a list as long as it is; spread leaves room for sixteen more
      bySubject.set(subject, (bySubject.get(subject) ?? NOBODY).concat(own))
      return () => {
        const left = bySubject.get(subject)?.filter((one) => one !== own) ?? []
        if (left.length > 0) bySubject.set(subject, left)
        else bySubject.delete(subject)
      }
    },
    async close() {
      closed = true
      queue = []
      bySubject.clear()
    },
  }
}

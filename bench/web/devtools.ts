import type { ChildProcess } from 'node:child_process'
import type { Readable, Writable } from 'node:stream'

/*
 * Chromium's DevTools protocol over the pipe of `--remote-debugging-pipe`: JSON messages, each followed by a zero octet,
 * on the file descriptors 3 (in) and 4 (out). No domain is enabled that is not asked for: with Network enabled, as test
 * drivers have it, the browser hands every WebSocket message to the driver in base64, which costs more than the page itself.
 */

/** A browser that is told what to do. */
export interface DevTools {
  /** Resolves with what the browser answers; `session` is that of a page, as `Target.attachToTarget` gave it. */
  send(method: string, params?: object, session?: string): Promise<Answer>
  /** Resolves with the first event from now on for which `wanted` is true. */
  event(method: string, wanted?: (params: Answer) => boolean): Promise<Answer>
}

/** What the browser says. Its form is in the protocol's own documentation. */
export type Answer = Readonly<Record<string, unknown>>

/** What may come: an answer to a message of ours, or an event. */
interface Said {
  readonly id?: number
  readonly result?: Answer
  readonly error?: { readonly message: string }
  readonly method?: string
  readonly params?: Answer
}

/** Speaks with a Chromium that was started with pipes as its descriptors 3 and 4. All calls reject when it ends. */
export function devTools(child: ChildProcess): DevTools {
  const into = child.stdio[3] as Writable
  const out = child.stdio[4] as Readable
  const asked = new Map<number, PromiseWithResolvers<Answer>>()
  const awaited = new Map<(said: Said) => boolean, PromiseWithResolvers<Answer>>()
  let count = 0
  let pieces: Buffer[] = []

  const hear = ({ id, result = {}, error, ...event }: Said): void => {
    if (id !== undefined) {
      if (error === undefined) asked.get(id)?.resolve(result)
      else asked.get(id)?.reject(new Error(`Chromium: ${error.message}`))
      asked.delete(id)
    }
    for (const [wanted, { resolve }] of awaited)
      if (wanted(event)) {
        awaited.delete(wanted)
        resolve(event.params ?? {})
      }
  }
  out.on('data', (data: Buffer) => {
    for (let from = 0; ;) {
      const end = data.indexOf(0, from)
      pieces.push(data.subarray(from, end < 0 ? data.length : end))
      if (end < 0) return
      hear(JSON.parse(Buffer.concat(pieces).toString()) as Said)
      pieces = []
      from = end + 1
    }
  })
  into.on('error', () => undefined) // its end follows
  child.on('close', () => {
    for (const { reject } of [...asked.values(), ...awaited.values()])
      reject(new Error('Chromium has ended'))
  })

  return {
    send(method, params = {}, session) {
      count += 1
      const answer = Promise.withResolvers<Answer>()
      asked.set(count, answer)
      into.write(`${JSON.stringify({ id: count, method, params, sessionId: session })}\0`)
      return answer.promise
    },
    event(method, wanted = () => true) {
      const event = Promise.withResolvers<Answer>()
      awaited.set((said) => said.method === method && wanted(said.params ?? {}), event)
      return event.promise
    },
  }
}

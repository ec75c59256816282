import assert from 'node:assert/strict'
import { startLink, type Link } from '../session/link.ts'
import { at } from './clock.testing.ts'

/** Two links and the wire between them, on a clock that only the test turns. */
export interface LinkPair {
  readonly links: readonly [Link, Link]
  /** What each end's application has taken, in order. */
  readonly taken: readonly [Uint8Array[], Uint8Array[]]
  readonly now: number
  connect(): void
  disconnect(): void
  /**
   * Turns the clock until nothing is left to do, or for `forMs` milliseconds. `lose` says of each frame whether it gets
   * lost; `takes` whether an end's application takes what has come.
   */
  run(options?: RunOptions): void
}

export interface RunOptions {
  readonly forMs?: number
  readonly lose?: (from: 0 | 1, frame: Uint8Array) => boolean
  readonly takes?: (end: 0 | 1) => boolean
}

/** More turns than any run needs: a wake-up that leads to nothing must not go on for ever. */
const MAX_TURNS = 100_000
const ENDS = [0, 1] as const

/** A pair of fresh links, not connected yet. */
export function linkPair(): LinkPair {
  const links = [startLink(), startLink()] as const
  const taken: [Uint8Array[], Uint8Array[]] = [[], []]
  let now = 0

  const exchange = (options: RunOptions): boolean => {
    let busy = false
    for (const from of ENDS) {
      const to = from === 0 ? 1 : 0
      for (let frame = links[from].poll(at(now)); frame !== undefined;) {
        busy = true
        if (options.lose?.(from, frame) !== true) {
          const received = links[to].receive(frame, at(now))
          assert.ok(received.ok, received.ok ? '' : received.code)
        }
        frame = links[from].poll(at(now))
      }
    }
    for (const end of ENDS) {
      if (options.takes?.(end) === false) continue
      for (let got = links[end].take(); got !== undefined; got = links[end].take()) {
        taken[end].push(got)
        links[end].taken(at(now))
        busy = true
      }
    }
    return busy
  }

  return {
    links,
    taken,
    get now() {
      return now
    },
    connect: () => links.forEach((link) => link.connected(at(now))),
    disconnect: () => links.forEach((link) => link.disconnected()),
    run(options = {}) {
      const until = options.forMs === undefined ? Infinity : now + options.forMs
      for (let turn = 0; turn < MAX_TURNS; turn += 1) {
        if (exchange(options)) continue
        const wakes = links.map((link) => link.wakeAt()).filter((wake) => wake !== undefined)
        const next = Math.min(...wakes)
        if (next > until || wakes.length === 0) {
          if (until !== Infinity) now = until
          return
        }
        assert.ok(next > now, 'a link asked to be woken although it has nothing to do')
        now = next
      }
      assert.fail('the links never came to rest')
    },
  }
}

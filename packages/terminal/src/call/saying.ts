import { saidMessages, type Said } from '@hufu/protocol/call'
import { after, type Ms } from '@hufu/protocol/wire'

/*
 * What this terminal says to all others, until all who were there have it. Each message has a number; who takes it says how
 * far it has come. What somebody lacks for a while is sent again: connections are lost, and a key that changes at once when
 * somebody leaves makes what was on its way unreadable.
 */

/** Says things, in order. Knows no socket. */
export interface Saying {
  /** The callbacks are called once: when all who are there have it, or when nobody of those whom it was for is left. */
  say(what: Unnumbered, done: Done): void
  /** That member has everything from `first` to below `next`. */
  taken(from: number, first: number, next: number): void
  /** These members are in the call, and can read what is said from now on; none of them this one. */
  audience(indices: ReadonlySet<number>): void
  /** Sends what somebody lacks once more: a connection is back, or what was on its way became unreadable. */
  again(now: Ms): void
  /** Sends what waits, as far as it may. */
  pump(now: Ms): void
  wakesAt(): Ms
  tick(now: Ms): void
  /** It is over: nobody gets any more. */
  close(): void
  /** Octets that somebody lacks, those that wait counted. */
  readonly outstanding: number
  /** Messages that somebody lacks, those that wait counted. */
  readonly open: number
}

/** A message that has no number yet. */
export type Unnumbered = Said extends infer M
  ? M extends Said
    ? Omit<M, 'number' | 'first'>
    : never
  : never

export interface Done {
  /** It has gone out, to these. */
  readonly sent?: (to: readonly number[]) => void
  /** All who are there have it, and at least one. */
  readonly taken: () => void
  /** All whom it was for have left without it. */
  readonly missed: () => void
}

/** How it goes out. */
export interface SayingPort {
  /** Seals and sends; false if that cannot be now. `to`: all others, or one member. */
  send(to: 'all' | number, octets: Uint8Array): boolean
}

/** Octets on their way at most: what somebody types waits behind no more of a file than this. Our choice. */
const WINDOW_OCTETS = 524_288
/** Milliseconds after which what somebody lacks is sent again, and the most that they grow to. Our choices. */
const AGAIN_MS = 3_000
const MOST_AGAIN_MS = 30_000
/** Who lacks something is sent it alone, up to so many; beyond, everybody gets it again. Our choice. */
const MOST_ALONE = 8

interface Sent {
  readonly octets: Uint8Array
  readonly lacking: Set<number>
  readonly done: Done
  isTaken: boolean
}

/** Nothing said yet. */
export function saying(port: SayingPort): Saying {
  const waiting: { readonly what: Unnumbered; readonly done: Done; readonly octets: number }[] = []
  const sent = new Map<number, Sent>()
  /** The first number that each of them is to hear. */
  const since = new Map<number, number>()
  let number = 0
  let onTheirWay = 0
  let unsent = 0
  let isPumping = false
  let againMs = AGAIN_MS
  let againAt: Ms | undefined

  const settle = (key: number, one: Sent): void => {
    if (one.lacking.size > 0) return
    sent.delete(key)
    onTheirWay -= one.octets.length
    if (one.isTaken) one.done.taken()
    else one.done.missed()
  }

  const drop = (index: number): void => {
    since.delete(index)
    for (const [key, one] of sent) if (one.lacking.delete(index)) settle(key, one)
  }

  const pump = (now: Ms): void => {
    if (isPumping) return
    isPumping = true
    sendWaiting(now)
    isPumping = false
  }

  const sendWaiting = (now: Ms): void => {
    while (waiting.length > 0 && since.size > 0) {
      const { what, done, octets: about } = waiting[0]!
      if (onTheirWay > 0 && onTheirWay + about > WINDOW_OCTETS) return
      const first = Math.max(...since.values())
      const octets = saidMessages.encode({ ...what, number, first })
      if (!port.send('all', octets)) return
      waiting.shift()
      unsent -= about
      onTheirWay += octets.length
      sent.set(number, { octets, lacking: new Set(since.keys()), done, isTaken: false })
      number += 1
      againAt ??= after(now, againMs)
      done.sent?.([...since.keys()])
    }
  }

  const again = (now: Ms): void => {
    for (const { octets, lacking } of sent.values()) {
      const to = lacking.size > MOST_ALONE ? (['all'] as const) : lacking
      for (const one of to) if (!port.send(one, octets)) return
    }
    againMs = Math.min(MOST_AGAIN_MS, againMs * 2)
    againAt = sent.size === 0 ? undefined : after(now, againMs)
  }

  return {
    say(what, done) {
      const octets = sizeOf(what)
      unsent += octets
      waiting.push({ what, done, octets })
    },
    taken(from, first, next) {
      if (!since.has(from)) return
      for (const [key, one] of sent) {
        if (key >= next) break
        if (!one.lacking.delete(from)) continue
        // below its first it never will be: to that member this is lost
        if (key >= first) one.isTaken = true
        againMs = AGAIN_MS
        settle(key, one)
      }
      if (sent.size === 0) againAt = undefined
    },
    audience(indices) {
      for (const index of since.keys()) if (!indices.has(index)) drop(index)
      for (const index of indices) if (!since.has(index)) since.set(index, number)
    },
    again,
    pump,
    wakesAt: () => againAt ?? (Infinity as Ms),
    tick(now) {
      if (againAt === undefined || now < againAt) return
      againAt = after(now, againMs)
      again(now)
    },
    close() {
      const dropped = [...sent.values(), ...waiting.splice(0)]
      sent.clear()
      since.clear()
      againAt = undefined
      for (const { done } of dropped) done.missed()
    },
    get outstanding() {
      return onTheirWay + unsent
    },
    get open() {
      return sent.size + waiting.length
    },
  }
}

/** Octets that a message takes, about. */
function sizeOf(what: Unnumbered): number {
  if (what.type === 'text') return what.text.length
  return what.type === 'piece' ? what.octets.length : 64
}

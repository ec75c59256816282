import type { Said } from '@hufu/protocol/call'

/*
 * What others say to all, each in the order in which it was said, and how far this terminal has come in it.
 */

/** Hears members, each by itself. */
export interface Hearing {
  /** A message of the member `from`, in whatever order they come. */
  heard(from: number, message: Said): void
  /** How far this terminal has come with that member; undefined if nothing was heard. */
  cameTo(from: number): { readonly first: number; readonly next: number } | undefined
  /** This terminal has been away. Where others have gone on without it, it goes on from there. */
  doubt(): void
}

export interface HearingPort {
  /** Takes what was said; the next of the same member comes once it resolves. False: it is not taken, nor is what follows. */
  take(from: number, message: Said): Promise<boolean>
  /** The member is to be told how far this terminal has come. */
  came(from: number): void
}

/** Messages that are kept while one before them is missing, and octets that wait to be taken. Our choices. */
const MOST_AHEAD = 256
const MOST_WAITING = 2_097_152

interface Sender {
  first: number
  /** The next that is to come. */
  next: number
  /** All below it are taken. */
  taken: number
  readonly ahead: Map<number, Said>
  waiting: number
  /** What comes next may begin later than this end has come. */
  isDoubtful: boolean
  last: Promise<void>
}

/** Nothing heard yet. */
export function hearing(port: HearingPort): Hearing {
  const senders = new Map<number, Sender>()

  const take = (from: number, sender: Sender, message: Said): void => {
    const octets = sizeOf(message)
    sender.next += 1
    sender.waiting += octets
    const taken = async (): Promise<void> => {
      if (sender.taken !== message.number) return
      const isTaken = await port.take(from, message)
      sender.waiting -= octets
      if (!isTaken || sender.taken !== message.number) return
      sender.taken += 1
      port.came(from)
    }
    sender.last = sender.last.then(taken)
  }

  return {
    heard(from, message) {
      const { number, first } = message
      if (first > number) return
      const sender: Sender = senders.get(from) ?? {
        first,
        next: first,
        taken: first,
        ahead: new Map(),
        waiting: 0,
        isDoubtful: false,
        last: Promise.resolve(),
      }
      senders.set(from, sender)
      if (sender.isDoubtful && first > sender.next) {
        sender.first = first
        sender.next = first
        sender.taken = first
        sender.ahead.clear()
      }
      sender.isDoubtful = false
      if (number < sender.taken) return port.came(from)
      if (number < sender.next || sender.waiting > MOST_WAITING) return
      if (number - sender.next < MOST_AHEAD) sender.ahead.set(number, message)
      for (let next = sender.ahead.get(sender.next); next !== undefined;) {
        sender.ahead.delete(sender.next)
        take(from, sender, next)
        next = sender.ahead.get(sender.next)
      }
    },
    cameTo(from) {
      const sender = senders.get(from)
      return sender && { first: sender.first, next: sender.taken }
    },
    doubt() {
      for (const sender of senders.values()) sender.isDoubtful = true
    },
  }
}

function sizeOf(message: Said): number {
  if (message.type === 'text') return message.text.length
  return message.type === 'piece' ? message.octets.length : 64
}

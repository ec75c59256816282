import { queue } from '@hufu/protocol/session'
import type { HufuError } from '@hufu/protocol/wire'

/** A text of ours that the other has not taken yet. */
interface Unacknowledged {
  readonly number: number
  readonly text: string
  readonly acknowledged: PromiseWithResolvers<void>
  /** Its message's number in the present session; undefined while it has not been sent there. */
  message: number | undefined
}

/** Numbers texts over all sessions of a talk, so that none is lost and none is heard twice. */
export interface Texts {
  /** Numbers a text. */
  add(text: string): Unacknowledged
  /** Messages up to this number were taken: the texts among them are done with. */
  acknowledge(upTo: number): void
  /** A new session begins: everything that is not acknowledged has to be sent again. */
  restart(): void
  /**
   * Says what has not been sent in the present session, up to the text of this number, in order. `say` returns the
   * number of the message that it made.
   */
  send(upTo: number, say: (number: number, text: string) => number): void
  /** The other's text: true if it is new. */
  isNew(number: number): boolean
  heard(number: number): void
  /** Nobody will take the rest. */
  reject(error: HufuError): void
  /** How many the other has not taken. */
  readonly waiting: number
  readonly pending: readonly { readonly number: number; readonly text: string }[]
  readonly counts: { readonly said: number; readonly heard: number }
}

/** Texts of a talk: a new one, or one that goes on from what was kept. */
export function startTexts(kept?: {
  readonly said: number
  readonly heard: number
  readonly unacknowledged: readonly { readonly number: number; readonly text: string }[]
}): Texts {
  let said = kept?.said ?? 0
  let heard = kept?.heard ?? 0
  const waiting = queue<Unacknowledged>()
  for (const one of kept?.unacknowledged ?? []) waiting.push(unacknowledged(one))
  let sent = 0 // so many of them, from the first on, are on their way
  return {
    add(text) {
      said += 1
      const one = unacknowledged({ number: said, text })
      waiting.push(one)
      return one
    },
    acknowledge(upTo) {
      for (let one = waiting.at(0); sent > 0 && one !== undefined; one = waiting.at(0)) {
        if (one.message === undefined || one.message > upTo) return
        waiting.shift()
        sent -= 1
        one.acknowledged.resolve()
      }
    },
    restart() {
      sent = 0
    },
    send(upTo, say) {
      for (
        let one = waiting.at(sent);
        one !== undefined && one.number <= upTo;
        one = waiting.at(sent)
      ) {
        one.message = say(one.number, one.text)
        sent += 1
      }
    },
    isNew: (number) => number > heard,
    heard(number) {
      heard = Math.max(heard, number)
    },
    reject(error) {
      for (const one of all()) one.acknowledged.reject(error)
    },
    get waiting() {
      return waiting.length
    },
    get pending() {
      return all().map(({ number, text }) => ({ number, text }))
    },
    get counts() {
      return { said, heard }
    },
  }

  function all(): readonly Unacknowledged[] {
    return Array.from({ length: waiting.length }, (_, at) => waiting.at(at)!)
  }
}

function unacknowledged(one: { readonly number: number; readonly text: string }): Unacknowledged {
  const acknowledged = Promise.withResolvers<void>()
  acknowledged.promise.catch(() => undefined)
  return { ...one, acknowledged, message: undefined }
}

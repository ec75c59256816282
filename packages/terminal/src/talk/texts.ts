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
  /** Numbers a text. Whoever sends it notes its message's number. */
  add(text: string): Unacknowledged
  /** Messages up to this number were taken: the texts among them are done with. */
  acknowledge(upTo: number): void
  /** A new session begins: everything that is not acknowledged has to be sent again. */
  restart(): void
  /** What has not been sent in the present session, up to this number, in order. */
  unsent(upTo: number): readonly Unacknowledged[]
  /** The other's text: true if it is new. */
  isNew(number: number): boolean
  heard(number: number): void
  /** Nobody will take the rest. */
  reject(error: HufuError): void
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
  const waiting: Unacknowledged[] = (kept?.unacknowledged ?? []).map((one) => unacknowledged(one))
  return {
    add(text) {
      said += 1
      const one = unacknowledged({ number: said, text })
      waiting.push(one)
      return one
    },
    acknowledge(upTo) {
      while (waiting[0]?.message !== undefined && waiting[0].message <= upTo)
        waiting.shift()!.acknowledged.resolve()
    },
    restart() {
      for (const one of waiting) one.message = undefined
    },
    unsent: (upTo) => waiting.filter((one) => one.message === undefined && one.number <= upTo),
    isNew: (number) => number > heard,
    heard(number) {
      heard = Math.max(heard, number)
    },
    reject(error) {
      for (const one of waiting) one.acknowledged.reject(error)
    },
    get pending() {
      return waiting.map(({ number, text }) => ({ number, text }))
    },
    get counts() {
      return { said, heard }
    },
  }
}

function unacknowledged(one: { readonly number: number; readonly text: string }): Unacknowledged {
  const acknowledged = Promise.withResolvers<void>()
  acknowledged.promise.catch(() => undefined)
  return { ...one, acknowledged, message: undefined }
}

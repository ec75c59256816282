import { HufuError } from '@hufu/protocol/wire'
import type { Talk } from '@hufu/terminal'
import type { Output } from '../output.ts'

/** Lines that may be on their way at a time: each costs memory until the other has taken it. Our choice. */
const MOST_OPEN = 2_000

/** Says lines, and knows what became of them. */
export interface Speaker {
  /**
   * Resolves when the line is on its way, which may be when the other has read earlier ones; false if the session has
   * ended meanwhile.
   */
  say(text: string): Promise<boolean>
  /** How many lines were said. */
  readonly said: number
  /** How many of them the other has not taken yet, one that waits to go out counted. */
  readonly open: number
}

/** A speaker over `talk`; `settled` is called whenever everything said has been taken. */
export function speaker(talk: Talk, output: Output, settled: () => void): Speaker {
  let said = 0
  let acknowledged = 0
  let telling = false
  let over = false
  let room: PromiseWithResolvers<void> | undefined

  /** Many acknowledgements come at once: one event for all. */
  const tell = (): void => {
    telling = false
    void output.event({ event: 'acknowledged', count: acknowledged })
    if (acknowledged === said) settled()
  }
  const count = (): void => {
    acknowledged += 1
    room?.resolve()
    if (telling) return
    telling = true
    setImmediate(tell)
  }
  /** The session is over, and its end says why. */
  const lose = (): void => {
    over = true
    room?.resolve()
  }
  return {
    async say(text) {
      said += 1
      while (said - acknowledged > MOST_OPEN && !over)
        await (room = Promise.withResolvers()).promise
      try {
        const { acknowledged: taken } = await talk.say(text)
        void taken.then(count, lose)
        return true
      } catch (error) {
        if (error instanceof HufuError && error.blame !== 'caller') return false
        throw error
      }
    },
    get said() {
      return said
    },
    get open() {
      return said - acknowledged
    },
  }
}

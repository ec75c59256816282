import { HufuError } from '@hufu/protocol/wire'
import type { Talk } from '@hufu/terminal'
import type { Output } from '../output.ts'

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
  let told = 0

  /** Many acknowledgements come at once: one event for all. */
  const tell = (): void => {
    if (told === acknowledged) return
    told = acknowledged
    void output.event({ event: 'acknowledged', count: told })
    if (acknowledged === said) settled()
  }
  const count = (): void => {
    acknowledged += 1
    setImmediate(tell)
  }
  return {
    async say(text) {
      said += 1
      try {
        const { acknowledged: taken } = await talk.say(text)
        void taken.then(count, () => undefined) // once the session is over, its end says why
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

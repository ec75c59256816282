import { useSignal } from '@preact/signals'
import type { Answer, Fault } from './client.ts'

/** Something that a press of a button has the server do. */
export interface Act {
  readonly busy: boolean
  /** What it failed with the last time. */
  readonly fault: Fault | undefined
  /** Does it, unless it is being done; the value, if it was done. */
  run<T>(work: () => Promise<Answer<T>>): Promise<T | undefined>
}

/** One for a component. */
export function useAct(): Act {
  const state = useSignal<{ readonly busy: boolean; readonly fault: Fault | undefined }>({
    busy: false,
    fault: undefined,
  })
  return {
    busy: state.value.busy,
    fault: state.value.fault,
    async run(work) {
      if (state.peek().busy) return undefined
      state.value = { busy: true, fault: undefined }
      const answer = await work()
      state.value = { busy: false, fault: answer.ok ? undefined : answer.fault }
      return answer.ok ? answer.value : undefined
    },
  }
}

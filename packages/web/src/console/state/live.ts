import { computed, effect, signal, useSignal, type ReadonlySignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import type { Answer, Fault } from './client.ts'

/** What was loaded. */
export type Live<T> =
  | { readonly at: 'loading' }
  /** `fault`: why it is not of this moment. */
  | { readonly at: 'there'; readonly value: T; readonly fault: Fault | undefined }
  | { readonly at: 'failed'; readonly fault: Fault }

/** Whether what is live stands still: somebody wants to look at it. */
export const paused = signal(false)

const visible = signal(!document.hidden)
document.addEventListener('visibilitychange', () => (visible.value = !document.hidden))
const going = computed(() => visible.value && !paused.value)

/** Who does not want things to move gets them in larger steps: this many to one. Our choice. */
const CALM = matchMedia('(prefers-reduced-motion: reduce)').matches ? 5 : 1

/**
 * Loads something when a component comes, and again `everyMs` after each answer, while the page can be seen and nobody
 * has paused it; 0: only when `reload` is called.
 *
 * @param key loads anew when it changes
 */
export function useLive<T>(
  load: () => Promise<Answer<T>>,
  everyMs: number,
  key: unknown = '',
): { readonly live: ReadonlySignal<Live<T>>; readonly reload: () => void } {
  const live = useSignal<Live<T>>({ at: 'loading' })
  const version = useSignal(0)
  const latest = useRef(load)
  latest.current = load
  useEffect(() => {
    let loaded = -1
    return effect(() => {
      const { value: wanted } = version
      const goesOn = everyMs > 0 && going.value
      if (loaded === wanted && !goesOn) return undefined
      let here = true
      let timer: ReturnType<typeof setTimeout> | undefined
      const turn = async (): Promise<void> => {
        const answer = await latest.current()
        if (!here) return
        loaded = wanted
        live.value = after(live.peek(), answer)
        if (goesOn) timer = setTimeout(() => void turn(), everyMs * CALM)
      }
      void turn()
      return () => {
        here = false
        clearTimeout(timer)
      }
    })
  }, [key, everyMs])
  return { live, reload: () => void (version.value += 1) }
}

function after<T>(before: Live<T>, answer: Answer<T>): Live<T> {
  if (answer.ok) return { at: 'there', value: answer.value, fault: undefined }
  const { fault } = answer
  return before.at === 'there' ? { ...before, fault } : { at: 'failed', fault }
}

import type { Verified } from '@hufu/terminal'
import { signal, type ReadonlySignal } from '@preact/signals'

/** A user comes with another key than before, and somebody has to decide. */
export interface Alarm {
  readonly changed: Verified
  answer(accepted: boolean): void
}

const current = signal<Alarm | undefined>(undefined)

export const alarm: ReadonlySignal<Alarm | undefined> = current

/** Raises the alarm; resolves whether the new key is accepted. */
export function raiseAlarm(changed: Verified): Promise<boolean> {
  current.value?.answer(false)
  return new Promise((resolve) => {
    current.value = {
      changed,
      answer(accepted) {
        current.value = undefined
        resolve(accepted)
      },
    }
  })
}

import { signal, type ReadonlySignal } from '@preact/signals'
import { note } from '../ports/notify.ts'
import { text } from './language.ts'

const count = signal(0)

/** What came while nobody looked at the page. */
export const unread: ReadonlySignal<number> = count

/** Something has come from `who`: if nobody looks at the page, the user is told. What it was stays on the page. */
export function tellOfText(who: string): void {
  if (document.visibilityState === 'visible') return
  count.value += 1
  note(text.value.title, text.value.talk.news(who === '' ? text.value.talk.other : who))
}

document.addEventListener('visibilitychange', () => {
  if (document.visibilityState === 'visible') count.value = 0
})

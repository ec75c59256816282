import { computed, signal, type ReadonlySignal } from '@preact/signals'
import { isLanguage, languageFor, LANGUAGES, type Language } from '../strings/languages.ts'
import type { Text } from '../strings/text.ts'

/** Where a visitor's own choice is remembered, in this browser only. */
const STORAGE_KEY = 'hufu.language'

const current = signal<Language>(remembered() ?? languageFor(navigator.languages))

/** The language that the app speaks: the visitor's choice, or the first of the browser's that we have. */
export const language: ReadonlySignal<Language> = current

/** That language as the browser speaks it, for dates and times: `en-GB` rather than `en`. A BCP 47 tag. */
export const locale: ReadonlySignal<string> = computed(
  () =>
    navigator.languages.find((tag) => tag.toLowerCase().split('-')[0] === current.value) ??
    LANGUAGES[current.value].tag,
)

/** Everything that the app says, in that language. */
export const text: ReadonlySignal<Text> = computed(() => LANGUAGES[current.value].text)

/** Switches the app to `chosen`, and remembers it where the browser lets us. */
export function choose(chosen: Language): void {
  current.value = chosen
  try {
    localStorage.setItem(STORAGE_KEY, chosen)
  } catch {
    // Storage may be switched off; then the choice lasts as long as the page.
  }
}

function remembered(): Language | undefined {
  try {
    const stored = localStorage.getItem(STORAGE_KEY)
    return stored !== null && isLanguage(stored) ? stored : undefined
  } catch {
    return undefined
  }
}

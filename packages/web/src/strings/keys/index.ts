import { computed, type ReadonlySignal } from '@preact/signals'
import { language } from '../../state/language.ts'
import { keysEn } from './en.ts'
import type { KeysText } from './text.ts'
import { keysZh } from './zh.ts'

/** Everything that the app says of users and keys, in the language that it speaks. */
export const keysText: ReadonlySignal<KeysText> = computed(() => KEYS_TEXT[language.value])

/** For each language. */
const KEYS_TEXT: { readonly en: KeysText; readonly zh: KeysText } = {
  en: keysEn,
  zh: keysZh,
}

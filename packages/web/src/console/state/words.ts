import { computed, type ReadonlySignal } from '@preact/signals'
import { language } from '../../state/language.ts'
import { en } from '../strings/en.ts'
import type { ConsoleText } from '../strings/text.ts'
import { zh } from '../strings/zh.ts'

/** Everything that the console says, in the language that is chosen. */
export const words: ReadonlySignal<ConsoleText> = computed(() => ({ en, zh })[language.value])

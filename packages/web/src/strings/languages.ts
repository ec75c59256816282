import { en } from './en.ts'
import type { Text } from './text.ts'
import { zh } from './zh.ts'

/** The languages of the app. A new one is a row of {@link LANGUAGES} and a table of its own. */
export type Language = 'en' | 'zh'

/** For each language: its BCP 47 tag, its own name, and everything that the app says in it. */
export const LANGUAGES: Readonly<
  Record<Language, { readonly tag: string; readonly name: string; readonly text: Text }>
> = {
  en: { tag: 'en', name: 'English', text: en },
  zh: { tag: 'zh-Hans', name: '中文', text: zh },
}

/** The first of a browser's languages (BCP 47 tags, the best first) that the app has, else English. */
export function languageFor(wanted: readonly string[]): Language {
  return wanted.map((tag) => tag.toLowerCase().split('-')[0] ?? '').find(isLanguage) ?? 'en'
}

/** True if the app has a table of that name. */
export function isLanguage(name: string): name is Language {
  return Object.hasOwn(LANGUAGES, name)
}

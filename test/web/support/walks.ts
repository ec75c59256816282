import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { keysZh } from '../../../packages/web/src/strings/keys/zh.ts'
import { zh } from '../../../packages/web/src/strings/zh.ts'
import { startApp, temporaryFolder } from './app.ts'
import { needsBrowser } from './browser.ts'
import { everyConsolePage, furnish } from './console-states.ts'
import { faultsOf } from './faults.ts'
import { everyState, LANGUAGES } from './states.ts'
import { userStates } from './user-states.ts'
import { ENGLISH, startUsersApp } from './users.ts'

/*
 * Walks through every state of the app at the width of a desk and of a phone, and looks at each: what axe finds, and what is
 * cut off. The main ones in English with every run of the tests, all of them in both languages with the long ones.
 */

/** Which of the app's two languages. */
type Language = 'en' | 'zh-Hans'
/** How much of it. */
type Part = 'main' | 'whole'

/** Every screen of a pairing. */
export async function walkScreens(
  t: TestContext,
  language: Language,
  colorScheme: 'light' | 'dark',
): Promise<void> {
  if (!needsBrowser(t)) return
  const app = await startApp(t)
  const folder = await temporaryFolder(t)
  const spoken = LANGUAGES.find(({ tag }) => tag === language)!
  const look = looking(language)
  await everyState(app, spoken, { folder, colorScheme, ...STILL }, look.at)
  look.conclude(20)
}

/** Every page of the operator's console; in the whole of it every dialog too. */
export async function walkConsole(
  t: TestContext,
  language: Language,
  colorScheme: 'light' | 'dark',
  part: Part,
): Promise<void> {
  if (!needsBrowser(t)) return
  const app = await startApp(t)
  t.after(await furnish(app))
  const { locale } = LANGUAGES.find(({ tag }) => tag === language)!
  const look = looking(language)
  const withDialogs = part === 'whole'
  await everyConsolePage(app, { locale, colorScheme, withDialogs, ...STILL }, look.at)
  look.conclude(14)
}

/** Screens of users and their keys: those of one alone, in the whole of it those of two who meet too. */
export async function walkUsers(
  t: TestContext,
  language: Language,
  colorScheme: 'light' | 'dark',
  part: Part,
): Promise<void> {
  if (!needsBrowser(t)) return
  const app = await startUsersApp(t)
  const words = language === 'en' ? ENGLISH : { text: zh, keys: keysZh }
  const { locale } = LANGUAGES.find(({ tag }) => tag === language)!
  const look = looking(language)
  const alone = part === 'main'
  await userStates(app, words, { locale, colorScheme, alone, ...STILL }, look.at)
  look.conclude(alone ? 9 : 13)
}

const STILL = { reducedMotion: 'reduce' } as const

type Looked = Parameters<typeof faultsOf>[0]

function looking(language: Language): {
  at(name: string, page: Looked): Promise<void>
  /** Nothing was found, at so many states or more. */
  conclude(least: number): void
} {
  const seen: string[] = []
  const faults: string[] = []
  return {
    async at(name, page) {
      seen.push(name)
      faults.push(...(await faultsOf(page, name, language)))
    },
    conclude(least) {
      assert.deepEqual(faults, [])
      assert.ok(seen.length >= least && new Set(seen).size === seen.length, seen.join(' '))
    },
  }
}

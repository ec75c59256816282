import assert from 'node:assert/strict'
import { test } from 'node:test'
import { keysZh } from '../../packages/web/src/strings/keys/zh.ts'
import { zh } from '../../packages/web/src/strings/zh.ts'
import { needs } from '../support/needs.ts'
import { faultsOf } from './support/faults.ts'
import { userStates } from './support/user-states.ts'
import { ENGLISH, startUsersApp } from './support/users.ts'

/** The states whose form depends on how long the words are, for the second language: looking takes the longest. */
const TELLING = ['nobody', 'recovery', 'locked', 'rung-user', 'talk-verified', 'alarm']

const WALKS = [
  { tag: 'en', locale: 'en-GB', words: ENGLISH, colorScheme: 'dark' },
  { tag: 'zh-Hans', locale: 'zh-CN', words: { text: zh, keys: keysZh }, colorScheme: 'light' },
] as const

test('users’ screens, in both languages, light and dark, on a desk and on a phone', async (t) => {
  if (!needs(t, 'chromium')) return
  const app = await startUsersApp(t)
  const walks = WALKS.map(async ({ tag, locale, words, colorScheme }) => {
    const seen: string[] = []
    const faults: string[] = []
    const options = { locale, colorScheme, reducedMotion: 'reduce' } as const
    await userStates(app, words, options, async (name, page) => {
      seen.push(name)
      if (tag === 'en' || TELLING.includes(name)) faults.push(...(await faultsOf(page, name, tag)))
    })
    assert.deepEqual(faults, [])
    assert.ok(seen.length > 12 && new Set(seen).size === seen.length, seen.join(' '))
  })
  await Promise.all(walks)
})

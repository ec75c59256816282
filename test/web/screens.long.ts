import { test } from 'node:test'
import { walkConsole, walkScreens, walkUsers } from './support/walks.ts'

// The other language in the other colours: long words and narrow columns show where the English has room.
test('every screen of a pairing, in Chinese', (t) => walkScreens(t, 'zh-Hans', 'light'))
test('every page and dialog of the console', (t) => walkConsole(t, 'en', 'light', 'whole'))
test('the same in Chinese', (t) => walkConsole(t, 'zh-Hans', 'dark', 'whole'))
test('every screen of users and keys', (t) => walkUsers(t, 'en', 'dark', 'whole'))
test('these in Chinese', (t) => walkUsers(t, 'zh-Hans', 'light', 'whole'))

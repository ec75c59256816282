import { test } from 'node:test'
import { walkConsole, walkScreens, walkUsers } from './support/walks.ts'

// The other language in the other colours: long words and narrow columns show where the English has room.
test('every screen of a pairing, in Chinese', (t) => walkScreens(t, 'zh-Hans', 'light'))
test('every page of the console, in Chinese', (t) => walkConsole(t, 'zh-Hans', 'dark'))
test('every screen of users and keys, in Chinese', (t) => walkUsers(t, 'zh-Hans', 'light'))

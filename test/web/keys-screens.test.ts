import { test } from 'node:test'
import { walkUsers } from './support/walks.ts'

test('every screen of users and keys is fit for everybody, on a desk and on a phone', (t) =>
  walkUsers(t, 'en', 'dark'))

import { test } from 'node:test'
import { walkUsers } from './support/walks.ts'

test('the screens of a user and their keys are fit for everybody, on a desk and on a phone', (t) =>
  walkUsers(t, 'en', 'dark', 'main'))

import { test } from 'node:test'
import { walkConsole } from './support/walks.ts'

test('every page of the console is fit for everybody, on a desk and on a phone', (t) =>
  walkConsole(t, 'en', 'light', 'main'))

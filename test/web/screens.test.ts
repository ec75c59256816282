import { test } from 'node:test'
import { walkScreens } from './support/walks.ts'

test('every screen of a pairing is fit for everybody, on a desk and on a phone', (t) =>
  walkScreens(t, 'en', 'dark'))

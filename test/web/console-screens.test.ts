import assert from 'node:assert/strict'
import { test } from 'node:test'
import { needs } from '../support/needs.ts'
import { startApp } from './support/app.ts'
import { everyConsolePage, furnish } from './support/console-states.ts'
import { faultsOf } from './support/faults.ts'
import { LANGUAGES } from './support/states.ts'

test('every page of the console, in both languages, light and dark, on a desk and on a phone', async (t) => {
  if (!needs(t, 'chromium')) return
  const app = await startApp(t)
  t.after(await furnish(app))
  for (const [at, { locale, tag }] of LANGUAGES.entries()) {
    const colorScheme = at === 0 ? 'light' : 'dark'
    await t.test(`${tag}, ${colorScheme}: nothing in the way of anybody`, async () => {
      const seen: string[] = []
      const faults: string[] = []
      const options = { locale, colorScheme, reducedMotion: 'reduce' } as const
      await everyConsolePage(app, options, async (name, page) => {
        seen.push(name)
        faults.push(...(await faultsOf(page, name, tag)))
      })
      assert.deepEqual(faults, [])
      assert.equal(new Set(seen).size, seen.length)
      assert.ok(seen.length >= 14, seen.join(' '))
    })
  }
})

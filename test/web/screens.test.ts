import assert from 'node:assert/strict'
import { test } from 'node:test'
import { needs } from '../support/needs.ts'
import { startApp, temporaryFolder } from './support/app.ts'
import { faultsOf } from './support/faults.ts'
import { everyState, LANGUAGES } from './support/states.ts'

test('every screen, in both languages, light and dark, on a desk and on a phone', async (t) => {
  if (!needs(t, 'chromium')) return
  const app = await startApp(t)
  const folder = await temporaryFolder(t)

  for (const [at, spoken] of LANGUAGES.entries()) {
    const colorScheme = at === 0 ? 'dark' : 'light'
    await t.test(`${spoken.tag}: nothing in the way of anybody, nothing cut off`, async () => {
      const seen: string[] = []
      const faults: string[] = []
      const options = { folder, colorScheme, reducedMotion: 'reduce' } as const
      await everyState(app, spoken, options, async (name, page) => {
        seen.push(name)
        faults.push(...(await faultsOf(page, name, spoken.tag)))
      })
      assert.deepEqual(faults, [])
      assert.equal(new Set(seen).size, seen.length)
      assert.ok(seen.length > 20, seen.join(' '))
    })
  }
})

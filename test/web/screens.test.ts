import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import { needs } from '../support/needs.ts'
import { startApp, temporaryFolder } from './support/app.ts'
import { obstacles } from './support/axe.ts'
import { everyState, LANGUAGES } from './support/states.ts'
import { DESKTOP, PHONE } from './support/visitor.ts'

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

async function faultsOf(page: Page, name: string, tag: string): Promise<readonly string[]> {
  const faults = (await obstacles(page)).map((obstacle) => `${name}: ${obstacle}`)
  for (const size of [PHONE, DESKTOP]) {
    await page.setViewportSize(size)
    const width = await page.evaluate<number>('document.documentElement.scrollWidth')
    if (width > size.width) faults.push(`${name}: ${width} pixels wide, of ${size.width}`)
    if (size === PHONE) faults.push(...(await smallTargets(page)).map((one) => `${name}: ${one}`))
  }
  if ((await page.getAttribute('html', 'lang')) !== tag) faults.push(`${name}: not in ${tag}`)
  return faults
}

/** Pixels that a finger needs. */
const TARGET_PIXELS = 44

/** Buttons and fields that a finger can miss. */
async function smallTargets(page: Page): Promise<readonly string[]> {
  return page.locator('button:visible, input:visible, textarea:visible').evaluateAll(
    (elements, least) =>
      elements.flatMap((element) => {
        const { width, height } = element.getBoundingClientRect()
        const small = width < least - 0.5 || height < least - 0.5
        return small ? [`${element.outerHTML.slice(0, 80)} is ${width} × ${height}`] : []
      }),
    TARGET_PIXELS,
  )
}

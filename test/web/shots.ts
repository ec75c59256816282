// node test/web/shots.ts [FOLDER] [--all]   pictures of the app, as it is built from this checkout
//
// Writes the few that the documents show to docs/screens; with --all, every state at both widths, in both languages,
// light and dark, to be looked at (into FOLDER: they are not kept).
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'
import { startApp, temporaryFolder } from './support/app.ts'
import { everyState, LANGUAGES } from './support/states.ts'
import { DESKTOP, PHONE } from './support/visitor.ts'

/** What the documents show, by the name under which it is written. */
const SHOWN = ['en-light-open-desktop', 'en-light-words-phone', 'zh-Hans-dark-talk-desktop']

const args = process.argv.slice(2)
const all = args.includes('--all')
const folder =
  args.find((arg) => !arg.startsWith('-')) ??
  fileURLToPath(new URL('../../docs/screens', import.meta.url))

test('pictures', async (t) => {
  await mkdir(folder, { recursive: true })
  const app = await startApp(t)
  const files = await temporaryFolder(t)
  for (const spoken of LANGUAGES)
    for (const colorScheme of ['light', 'dark'] as const) {
      const look = (name: string, page: Page): Promise<void> =>
        picture(`${spoken.tag}-${colorScheme}-${name}`, page)
      const options = { folder: files, colorScheme, reducedMotion: 'reduce' } as const
      const wanted = SHOWN.some((shown) => shown.startsWith(`${spoken.tag}-${colorScheme}-`))
      if (all || wanted) await everyState(app, spoken, options, look)
    }
})

async function picture(name: string, page: Page): Promise<void> {
  for (const [width, size] of [
    ['phone', PHONE],
    ['desktop', DESKTOP],
  ] as const) {
    const file = `${name}-${width}`
    if (!all && !SHOWN.includes(file)) continue
    await page.setViewportSize(size)
    await page.screenshot({ path: join(folder, `${file}.png`) })
  }
  await page.setViewportSize(DESKTOP)
}

// node test/web/shots.ts [FOLDER] [--all]   pictures of the app, as it is built from this checkout
//
// Writes the few that the documents show to docs/screens; with --all, every state at both widths, in both languages,
// light and dark, to be looked at (into FOLDER: they are not kept).
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'
import { pairBySlot, type Paired } from '../support/pairs.ts'
import { startApp, temporaryFolder, type App } from './support/app.ts'
import { garbage } from './support/console.ts'
import { everyConsolePage, furnish } from './support/console-states.ts'
import { everyState, LANGUAGES } from './support/states.ts'
import { DESKTOP, PHONE } from './support/visitor.ts'

/** What the documents show, by the name under which it is written. */
const SHOWN = [
  'en-light-open-desktop',
  'en-light-words-phone',
  'zh-Hans-dark-talk-desktop',
  'console-en-light-overview-desktop',
  'console-en-light-audit-desktop',
  'console-zh-Hans-dark-operators-phone',
]
/** Pairings that the charts of the console show, some of them with a failure beside. */
const PAIRINGS = 40

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

test('pictures of the console', async (t) => {
  await mkdir(folder, { recursive: true })
  const app = await startApp(t)
  t.after(await furnish(app))
  await keepBusy(app)
  for (const { tag, locale } of LANGUAGES)
    for (const colorScheme of ['light', 'dark'] as const) {
      const name = `console-${tag}-${colorScheme}-`
      const options = { locale, colorScheme, reducedMotion: 'reduce' } as const
      if (all || SHOWN.some((shown) => shown.startsWith(name)))
        await everyConsolePage(app, { ...options, withDialogs: true }, (page, at) =>
          picture(`${name}${page}`, at),
        )
    }
})

/** Something to be seen in the charts: pairs that come and go, and a few that do not speak the protocol. */
async function keepBusy(app: App): Promise<void> {
  const pairs: Paired[] = []
  for (let n = 0; n < PAIRINGS; n += 1) {
    pairs.push(await pairBySlot(app.served.origin))
    if (n % 7 === 3) await garbage(app, n % 2 === 0 ? 'text' : 'octets')
    const leaves = n % 3 === 0 ? undefined : pairs.shift()
    if (leaves !== undefined) await Promise.all([leaves.opener.leave(), leaves.joiner.leave()])
    await pause(Math.random() * 3_000)
  }
}

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

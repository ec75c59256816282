import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { chromium, type Browser, type Page } from 'playwright-core'
import { needs } from './support/needs.ts'
import { serve } from './support/serve.ts'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]
const PHONE = { width: 360, height: 740 }
const DESKTOP = { width: 1280, height: 800 }
const SCHEMES = ['light', 'dark'] as const
const LOCALES = [
  { locale: 'en-GB', lang: 'en', headline: 'Two halves, one key' },
  { locale: 'zh-CN', lang: 'zh-Hans', headline: '两半相合，方为一钥' },
] as const

test('the page that the server shows, in a real browser', async (t) => {
  if (!needs(t, 'chromium')) return
  const web = await build(t)
  const served = await serve({ HUFU_WEB: web })
  t.after(() => served.stop())
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: FLAGS })
  t.after(() => browser.close())

  for (const { locale, lang, headline } of LOCALES) {
    for (const colorScheme of SCHEMES) {
      await t.test(`${locale}, ${colorScheme}`, async () => {
        const { page, trouble, close } = await open(browser, served.origin, { locale, colorScheme })
        assert.match(await page.title(), /^hufu/)
        assert.equal(await page.getAttribute('html', 'lang'), lang)
        assert.equal(await page.textContent('h1'), headline)
        assert.equal((await brightness(page)) > 0.5, colorScheme === 'light')
        await fits(page, PHONE)
        await fits(page, DESKTOP)
        assert.deepEqual(trouble, [])
        await close()
      })
    }
  }

  await t.test('the commands name the server that the page comes from', async () => {
    const { page, close } = await open(browser, served.origin)
    await page.getByRole('button', { name: 'About' }).click()
    await page.locator('.line code').first().waitFor()
    const lines = await page.locator('.line code').allTextContents()
    assert.ok(lines.includes(`npx hufu pair --server ${served.origin}`), lines.join('\n'))
    for (const line of lines) assert.ok(line.endsWith(` --server ${served.origin}`), line)
    await close()
  })

  await t.test('the language is switched from the keyboard, and remembered', async () => {
    const { page, trouble, close } = await open(browser, served.origin)
    await page.keyboard.press('Tab') // the link that skips to the content
    await page.keyboard.press('Tab') // Contacts
    await page.keyboard.press('Tab') // About
    await page.keyboard.press('Tab') // English
    await page.keyboard.press('Tab') // 中文
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { level: 1, name: LOCALES[1].headline }).waitFor()
    assert.match(await page.title(), /^hufu 虎符/)
    assert.equal(await page.evaluate('document.activeElement.textContent'), '中文')
    await page.reload()
    await page.getByRole('heading', { level: 1, name: LOCALES[1].headline }).waitFor()
    assert.deepEqual(trouble, [])
    await close()
  })

  await t.test('the headings descend without a gap, and every control has a name', async () => {
    const { page, close } = await open(browser, served.origin)
    const levels = await page
      .locator('h1, h2, h3')
      .evaluateAll((headings) => headings.map((heading) => Number(heading.tagName.slice(1))))
    assert.equal(levels[0], 1)
    assert.equal(levels.filter((level) => level === 1).length, 1)
    for (const [at, level] of levels.entries()) assert.ok(level - (levels[at - 1] ?? 0) <= 1)
    const buttons = await page.getByRole('button').all()
    assert.ok(buttons.length >= 2)
    const named = await page.getByRole('button', { name: /\S/ }).count()
    assert.equal(named, buttons.length)
    await close()
  })

  await t.test('what counts as trouble is noticed', async () => {
    const { page, trouble, close } = await open(browser, served.origin)
    await page.evaluate(`console.error('planted')`)
    await page.evaluate(`fetch('https://elsewhere.invalid/x').catch(() => undefined)`)
    assert.ok(trouble.includes('console: planted'))
    assert.ok(
      trouble.some((entry) => entry.includes('elsewhere.invalid')),
      trouble.join('\n'),
    )
    await close()
  })
})

/** Builds the web app into a folder that goes when the test does. */
async function build(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'hufu-web-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  const vite = join(ROOT, 'node_modules', 'vite', 'bin', 'vite.js')
  const web = join(ROOT, 'packages', 'web')
  const args = [vite, 'build', web, '--outDir', folder, '--emptyOutDir', '--logLevel', 'warn']
  await promisify(execFile)(process.execPath, args)
  return folder
}

interface Opened {
  readonly page: Page
  /** Errors of the page and the console, and every request that left for another origin. */
  readonly trouble: readonly string[]
  close(): Promise<void>
}

async function open(
  browser: Browser,
  origin: string,
  options: { readonly locale?: string; readonly colorScheme?: 'light' | 'dark' } = {},
): Promise<Opened> {
  const context = await browser.newContext({ locale: 'en-GB', viewport: DESKTOP, ...options })
  const page = await context.newPage()
  const trouble: string[] = []
  page.on('pageerror', (error) => trouble.push(`error: ${error.message}`))
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) trouble.push(`console: ${message.text()}`)
  })
  page.on('request', (request) => {
    if (new URL(request.url()).origin !== origin) trouble.push(`request: ${request.url()}`)
  })
  await page.goto(origin)
  await page.locator('h1').waitFor()
  return { page, trouble, close: () => context.close() }
}

/** How bright the page's background is, from 0 for black to 1 for white. */
async function brightness(page: Page): Promise<number> {
  const color = await page.evaluate<string>(
    'getComputedStyle(document.documentElement).backgroundColor',
  )
  const parts = [...color.matchAll(/\d+/g)].map(([part]) => Number(part))
  return parts.slice(0, 3).reduce((sum, part) => sum + part, 0) / (3 * 255)
}

/** Nothing is wider than the window. */
async function fits(
  page: Page,
  size: { readonly width: number; readonly height: number },
): Promise<void> {
  await page.setViewportSize(size)
  assert.equal(await page.evaluate<number>('document.documentElement.scrollWidth'), size.width)
}

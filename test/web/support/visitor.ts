import type { BrowserContextOptions, Page } from 'playwright-core'
import { en } from '../../../packages/web/src/strings/en.ts'
import type { App } from './app.ts'

export const DESKTOP: Size = { width: 1280, height: 800 }
export const PHONE: Size = { width: 360, height: 740 }
/** Milliseconds that anything in the page may take. */
const PATIENCE_MS = 20_000

export interface Size {
  readonly width: number
  readonly height: number
}

/** Somebody with a browser profile of their own, on the app's page. */
export interface Visitor {
  readonly page: Page
  /** Errors of the page and the console, and every request that left for another origin. */
  readonly trouble: readonly string[]
  leave(): Promise<void>
}

/**
 * Opens the app, in English unless `options` say otherwise.
 *
 * @param options `path`: what to open there, such as `/#4821-tango-orbit-lilac`; `origin`: of a proxy before the server
 */
export async function visit(
  app: App,
  options: BrowserContextOptions & { readonly path?: string; readonly origin?: string } = {},
): Promise<Visitor> {
  const { path = '/', origin = app.served.origin, ...rest } = options
  const context = await app.browser.newContext({ locale: 'en-GB', viewport: DESKTOP, ...rest })
  context.setDefaultTimeout(PATIENCE_MS)
  const page = await context.newPage()
  const trouble: string[] = []
  page.on('pageerror', (error) => trouble.push(`error: ${error.message}`))
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) trouble.push(`console: ${message.text()}`)
  })
  page.on('request', (request) => {
    const { protocol, origin: theirs } = new URL(request.url())
    if (theirs !== origin && protocol !== 'blob:') trouble.push(`request: ${request.url()}`)
  })
  await page.goto(origin + path)
  await page.locator('h1').waitFor()
  return { page, trouble, leave: () => context.close() }
}

/** Begins a session; the code to say. */
export async function openSession({ page }: Visitor): Promise<string> {
  await page.getByRole('button', { name: en.home.openButton }).click()
  await page.locator('.big-code .code').waitFor()
  return (await page.locator('.big-code .code').textContent()) ?? ''
}

/** Joins with a code, as it is typed. */
export async function joinSession({ page }: Visitor, code: string): Promise<void> {
  await page.getByRole('textbox', { name: en.code.label }).fill(code)
  await page.getByRole('button', { name: en.code.join, exact: true }).click()
}

/** Two visitors in one session. */
export async function pairVisitors(
  app: App,
  options: BrowserContextOptions = {},
): Promise<readonly [Visitor, Visitor]> {
  const [opener, joiner] = await Promise.all([visit(app, options), visit(app, options)])
  await meetByCode(opener, joiner)
  return [opener, joiner]
}

/** The one opens, the other joins; resolves when the session stands at both. */
export async function meetByCode(opener: Visitor, joiner: Visitor): Promise<void> {
  await joinSession(joiner, await openSession(opener))
  await Promise.all([talking(opener), talking(joiner)])
}

/** Resolves when the session stands. */
export async function talking({ page }: Visitor): Promise<void> {
  await page.getByRole('textbox', { name: en.talk.message }).waitFor()
}

/** The four words that the page shows. */
export async function wordsOf({ page }: Visitor): Promise<readonly string[]> {
  return page.getByRole('list', { name: en.words.label }).getByRole('listitem').allTextContents()
}

/** Says that the words are the same. */
export async function compare({ page }: Visitor): Promise<void> {
  await page.getByRole('button', { name: en.words.same }).click()
}

export async function say({ page }: Visitor, text: string): Promise<void> {
  await page.getByRole('textbox', { name: en.talk.message }).fill(text)
  await page.getByRole('button', { name: en.talk.send, exact: true }).click()
}

/** Resolves when the other's text stands on the page. */
export async function hears({ page }: Visitor, text: string): Promise<void> {
  await page.locator('.line-of.other .said').filter({ hasText: text }).waitFor()
}

/** Texts as they stand on the page, with `me` or `other`. */
export async function conversation({ page }: Visitor): Promise<readonly string[]> {
  return page
    .locator('.line-of:has(.said)')
    .evaluateAll((lines) =>
      lines.map(
        (line) =>
          `${line.classList.contains('me') ? 'me' : 'other'}: ${line.querySelector('.said')?.textContent ?? ''}`,
      ),
    )
}

/** Resolves when the last text that was said has been delivered. */
export async function delivered({ page }: Visitor): Promise<void> {
  await page.locator('.line-of.me').last().getByText(en.talk.delivered, { exact: true }).waitFor()
}

/** Leaves the session, as a click does. */
export async function leaveSession({ page }: Visitor): Promise<void> {
  await page.getByRole('button', { name: en.talk.leave, exact: true }).click()
  await page.getByRole('dialog').getByRole('button', { name: en.talk.leave, exact: true }).click()
}

/** Resolves when the page says that the session is over. */
export async function sessionOver({ page }: Visitor): Promise<void> {
  await page.getByRole('heading', { name: en.talk.over }).waitFor()
}

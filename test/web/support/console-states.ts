import type { BrowserContextOptions, Page } from 'playwright-core'
import { en } from '../../../packages/web/src/console/strings/en.ts'
import type { ConsoleText, PageNames } from '../../../packages/web/src/console/strings/text.ts'
import { zh } from '../../../packages/web/src/console/strings/zh.ts'
import type { App } from './app.ts'
import {
  ask,
  atConsole,
  goTo,
  invite,
  openAccount,
  press,
  setupCode,
  signIn,
  troubleOf,
} from './console.ts'
import type { Visitor } from './visitor.ts'

const DAY_MS = 86_400_000

/** Accounts and tokens, so that no list is empty: `ada` runs the server, `vera` may do little. */
export async function furnish(app: App): Promise<void> {
  const ada = await openAccount(app, 'ada', await setupCode(app))
  await invite(app, ada, 'vera', 'vendor')
  await ask(app, 'POST /operators', ada, { name: 'max', role: 'auditor' })
  const tokens = [
    { name: 'backup script on nas', scope: ['status.read', 'metrics.read'] },
    { name: '监控', scope: ['metrics.read'] },
  ]
  for (const each of tokens)
    await ask(app, 'POST /tokens', ada, { ...each, lifetimeMs: 30 * DAY_MS })
}

type Look = (name: string, page: Page) => Promise<void>

/**
 * Walks through the console and calls `look` at every page and every dialog, with its name.
 *
 * @throws if the page, or the browser, complains on the way
 */
export async function everyConsolePage(
  app: App,
  options: BrowserContextOptions & { readonly locale: string },
  look: Look,
): Promise<void> {
  const text = options.locale.startsWith('zh') ? zh : en
  const visitor = await atConsole(app, { ...options, hash: '#setup' })
  const { page } = visitor
  await page.getByRole('heading', { level: 1, name: text.entrance.setupHeading }).waitFor()
  await look('setup', page)
  await page.getByRole('link', { name: text.entrance.haveAccount }).click()
  await page.getByRole('heading', { level: 1, name: text.entrance.heading }).waitFor()
  await look('sign-in', page)
  await signIn(visitor, 'ada', text)
  for (const [path, is] of Object.entries(THERE) as [
    keyof PageNames,
    (t: ConsoleText) => string,
  ][]) {
    await goTo(visitor, path, text)
    await page.getByText(is(text), { exact: true }).first().waitFor()
    await look(path, page)
  }
  await dialogs(visitor, text, look)
  await press(page, text.signOut)
  await page.evaluate(`location.hash = '#audit'`)
  await signIn(visitor, 'vera', text)
  await page.getByRole('alert').waitFor()
  await look('closed', page)
  const trouble = troubleOf(visitor)
  await visitor.leave()
  if (trouble.length > 0) throw new Error(trouble.join('\n'))
}

/** What is on each page when it has loaded. */
const THERE: Readonly<Record<keyof PageNames, (text: ConsoleText) => string>> = {
  overview: (text) => text.charts.traffic,
  sessions: (text) => text.sessions.body,
  audit: () => 'server.start',
  tokens: () => '监控',
  operators: (text) => text.operators.invited,
  vault: (text) => text.vault.current,
  account: (text) => text.account.elsewhere,
}

async function dialogs(visitor: Visitor, text: ConsoleText, look: Look): Promise<void> {
  const { page } = visitor
  const dialog = page.getByRole('dialog')
  await goTo(visitor, 'tokens', text)
  await press(page, text.tokens.create)
  await dialog.getByRole('textbox').fill('nightly')
  await look('new-token', page)
  await dialog.getByRole('button', { name: text.tokens.create, exact: true }).click()
  await dialog
    .getByText(/^hufu_/)
    .first()
    .waitFor()
  await look('token', page)
  await press(page, text.done)
  await press(page, text.tokens.revokeName('nightly'))
  await look('revoke', page)
  await dialog.getByRole('button', { name: text.tokens.revoke, exact: true }).click()
  await page.getByText(text.tokens.revoked('nightly')).waitFor()
  await goTo(visitor, 'operators', text)
  await press(page, text.operators.resetOf('max'))
  await dialog.getByRole('button', { name: text.operators.reset, exact: true }).click()
  await dialog.getByText(/^(?:\w{4}-){6}\w{4}$/).waitFor()
  await look('code', page)
  await press(page, text.done)
  await goTo(visitor, 'audit', text)
  await press(page, text.audit.check)
  await page.getByText(text.audit.key).waitFor()
  await look('checked', page)
}

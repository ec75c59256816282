import type { BrowserContextOptions, Page } from 'playwright-core'
import { en } from '../../../packages/web/src/console/strings/en.ts'
import type { ConsoleText, PageNames } from '../../../packages/web/src/console/strings/text.ts'
import { zh } from '../../../packages/web/src/console/strings/zh.ts'
import { callOfThree } from '../../support/callers.ts'
import { enrolHere } from '../../support/enrolled.ts'
import { shellsAt } from '../../support/shells.ts'
import type { App } from './app.ts'
import {
  ask,
  atConsole,
  codeFor,
  goTo,
  invite,
  openAccount,
  PASSPHRASE,
  press,
  setupCode,
  signIn,
  troubleOf,
} from './console.ts'
import type { Visitor } from './visitor.ts'

const DAY_MS = 86_400_000

/** Accounts, tokens, users and a call, so that no list is empty: `ada` runs the server, `vera` may do little. The result undoes it. */
export async function furnish(app: App): Promise<() => Promise<void>> {
  const ada = await openAccount(app, 'ada', await setupCode(app))
  await invite(app, ada, 'vera', 'vendor')
  await ask(app, 'POST /operators', ada, { name: 'max', role: 'auditor' })
  const tokens = [
    { name: 'backup script on nas', scope: ['status.read', 'metrics.read'] },
    { name: '监控', scope: ['metrics.read'] },
  ]
  for (const each of tokens)
    await ask(app, 'POST /tokens', ada, { ...each, lifetimeMs: 30 * DAY_MS })
  const callers = await callOfThree(app.served.origin, (user) => codeFor(app, ada, user))
  const leave = await peopled(app, ada)
  return async () => {
    for (const { terminal } of callers) terminal.close()
    await leave()
  }
}

/** Users: `ann` has keys, one revoked, and is signed in; `bob` is invited and suspended. The result lets them go. */
async function peopled(app: App, ada: string): Promise<() => Promise<void>> {
  const shells = shellsAt(app.served.origin, { HUFU_KEY_PASSPHRASE: PASSPHRASE })
  const shell = await shells.open()
  for (const name of ['old', 'default']) {
    const code = await codeFor(app, ada, 'ann')
    await enrolHere(shell.home, app.served.origin, code, { passphrase: PASSPHRASE, name })
  }
  const { json } = await ask(app, 'GET /users/ann@localhost', ada)
  const [old] = json['keys'] as readonly { readonly id: string }[]
  await ask(app, `POST /keys/${old!.id}/revoke`, ada, { reason: 'left on a train' })
  await shell.start('signin --key default --stay').event(({ event }) => event === 'bound')
  await shell.run('signin --key default --as kiosk')
  await ask(app, 'POST /invitations', ada, { user: 'bob', kind: 'key' })
  await ask(app, 'POST /users/bob@localhost/suspend', ada, { reason: 'on leave' })
  return shells.close
}

type Look = (name: string, page: Page) => Promise<void>

/**
 * Walks through the console and calls `look` at every page and, if wanted, every dialog, with its name.
 *
 * @throws if the page, or the browser, complains on the way
 */
export async function everyConsolePage(
  app: App,
  {
    withDialogs,
    ...options
  }: BrowserContextOptions & { readonly locale: string; readonly withDialogs: boolean },
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
  if (withDialogs) await dialogs(visitor, text, look)
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
  calls: () => 'carol@localhost',
  users: () => 'bob@localhost',
  signins: (text) => text.users.connected,
  issuers: (text) => text.issuers.ours,
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
  await callDialogs(visitor, text, look)
  await userDialogs(visitor, text, look)
  await goTo(visitor, 'audit', text)
  await press(page, text.audit.check)
  await page.getByText(text.audit.key).waitFor()
  await look('checked', page)
}

async function callDialogs(visitor: Visitor, text: ConsoleText, look: Look): Promise<void> {
  const { page } = visitor
  await goTo(visitor, 'calls', text)
  await page.getByRole('rowheader').getByRole('link').click()
  await page.getByText('faye@localhost').waitFor()
  await look('call', page)
  const dialog = page.getByRole('dialog')
  await press(page, text.calls.end)
  await dialog.getByRole('button', { name: text.calls.end, exact: true }).click()
  await dialog.getByText(text.users.noReason).waitFor()
  await look('end-call', page)
  await page.keyboard.press('Escape')
}

async function userDialogs(visitor: Visitor, text: ConsoleText, look: Look): Promise<void> {
  const { page } = visitor
  const { issuers, users } = text
  const dialog = page.getByRole('dialog')
  await goTo(visitor, 'users', text)
  await press(page, users.invite)
  // somebody else in each walk, as a user has few open invitations
  const user = `eve-${Math.random().toString(36).slice(2, 8)}`
  await dialog.getByRole('textbox').fill(user)
  await look('invite', page)
  await press(page, users.makeCode)
  await dialog.getByText(/^(?:\w{4}-){6}\w{4}$/).waitFor()
  await look('invited', page)
  await press(page, text.done)
  await page.getByRole('link', { name: 'bob@localhost', exact: true }).click()
  await page.getByRole('button', { name: users.resume, exact: true }).waitFor()
  await look('user-suspended', page)
  await page.getByRole('link', { name: users.all, exact: true }).click()
  await page.getByRole('link', { name: 'ann@localhost', exact: true }).click()
  await page.getByText(/left on a train/).waitFor()
  await look('user', page)
  await press(page, users.suspend)
  await dialog.getByRole('button', { name: users.suspend, exact: true }).click()
  await dialog.getByText(users.noReason).waitFor()
  await look('suspend', page)
  await page.keyboard.press('Escape')
  await goTo(visitor, 'issuers', text)
  await press(page, issuers.add)
  await dialog.getByRole('button', { name: issuers.add, exact: true }).click()
  await dialog.getByText(issuers.noNamespace).waitFor()
  await look('issuer', page)
  await page.keyboard.press('Escape')
}

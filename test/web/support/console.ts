import assert from 'node:assert/strict'
import type { BrowserContextOptions, Page } from 'playwright-core'
import { makeSetupCode } from '@hufu/server'
import { en } from '../../../packages/web/src/console/strings/en.ts'
import type { ConsoleText, PageNames } from '../../../packages/web/src/console/strings/text.ts'
import type { App } from './app.ts'
import { visit, type Visitor } from './visitor.ts'

/** A passphrase that may be chosen. */
export const PASSPHRASE = 'tango orbit lilac copper'
/** Milliseconds that a setup code of a test is good. */
const CODE_MS = 3_600_000

/** What the server answered. */
interface Answer {
  readonly status: number
  readonly json: Readonly<Record<string, unknown>>
}

/** A code that opens a new account in the role of operator, made beside the running server. */
export async function setupCode({ served }: App): Promise<string> {
  return (await makeSetupCode({ data: served.data, setupCodeMs: CODE_MS })).code
}

/** Asks the API as a program does. `what`: a method and a path below `/api/v1`. */
export async function ask(
  { served }: App,
  what: string,
  bearer?: string,
  body?: unknown,
): Promise<Answer> {
  const [method = '', path = ''] = what.split(' ')
  const response = await fetch(`${served.origin}/api/v1${path}`, {
    method,
    headers: {
      'X-Hufu-Request': '1',
      'Content-Type': 'application/json',
      ...(bearer === undefined ? {} : { Authorization: `Bearer ${bearer}` }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  return { status: response.status, json: (await response.json()) as Answer['json'] }
}

/** Opens an account by its code, and gives the session of a program. */
export async function openAccount(app: App, name: string, code: string): Promise<string> {
  const body = { code, name, passphrase: PASSPHRASE, keeper: 'program' }
  const { json } = await ask(app, 'POST /setup', undefined, body)
  assert.equal(typeof json['session'], 'string', JSON.stringify(json))
  return json['session'] as string
}

/** A code for a user's key. */
export async function codeFor(app: App, session: string, user: string): Promise<string> {
  const { json } = await ask(app, 'POST /invitations', session, { user, kind: 'key' })
  return String(json['code'])
}

/** An account in that role, opened; `session` may make some. */
export async function invite(
  app: App,
  session: string,
  name: string,
  role: string,
): Promise<string> {
  const { json } = await ask(app, 'POST /operators', session, { name, role })
  return openAccount(app, name, String(json['code']))
}

/** Somebody at the console who is not signed in. `hash`: of the address, such as `#audit`. */
export async function atConsole(
  app: App,
  options: BrowserContextOptions & { readonly hash?: string } = {},
): Promise<Visitor> {
  const { hash = '', ...rest } = options
  return visit(app, { ...rest, path: `/console${hash}` })
}

/** Signs in, and waits for `page`; the first that there is if not given. */
export async function signIn(
  { page }: Visitor,
  name: string,
  text: ConsoleText = en,
  passphrase: string = PASSPHRASE,
): Promise<void> {
  await page.getByRole('textbox', { name: text.entrance.user }).fill(name)
  await page.getByLabel(text.entrance.passphrase, { exact: true }).fill(passphrase)
  await page.getByRole('button', { name: text.entrance.signIn, exact: true }).click()
  await page.getByRole('navigation').waitFor()
}

/** Goes to a page by the navigation. */
export async function goTo(
  { page }: Visitor,
  path: keyof PageNames,
  text: ConsoleText = en,
): Promise<void> {
  await page.getByRole('link', { name: text.pages[path], exact: true }).click()
  await page.getByRole('heading', { level: 1, name: text.pages[path] }).waitFor()
}

/** What is wrong with a visit, but for answers that refuse: browsers write those down too. */
export function troubleOf({ trouble }: Visitor): readonly string[] {
  return trouble.filter((each) => !/Failed to load resource: .* status of 4\d\d/.test(each))
}

export async function press(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name, exact: true }).click()
}

/** A connection that says what nobody understands; resolves when the server has ended it. */
export async function garbage({ served }: App, kind: 'octets' | 'text' = 'octets'): Promise<void> {
  const socket = new WebSocket(`${served.origin.replace('http', 'ws')}/socket`, 'hufu.1')
  await new Promise((resolve) => socket.addEventListener('open', resolve))
  socket.send(kind === 'text' ? 'hello' : Uint8Array.of(0, 0xff))
  await new Promise((resolve) => socket.addEventListener('close', resolve))
}

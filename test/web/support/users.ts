import type { TestContext } from 'node:test'
import type { BrowserContextOptions } from 'playwright-core'
import { en } from '../../../packages/web/src/strings/en.ts'
import { keysEn } from '../../../packages/web/src/strings/keys/en.ts'
import type { KeysText } from '../../../packages/web/src/strings/keys/text.ts'
import type { Text } from '../../../packages/web/src/strings/text.ts'
import { operatorOf, type Operator } from '../../support/operator.ts'
import { startApp, type App } from './app.ts'
import { authenticatorOf, type Authenticator } from './authenticator.ts'
import { visit, type Visitor } from './visitor.ts'

/** The app where users have passkeys: by a host name, as an address has none. */
export interface UsersApp extends App {
  readonly origin: string
  readonly operator: Operator
}

/** Somebody whose browser has an authenticator. */
export interface UserVisitor extends Visitor {
  readonly authenticator: Authenticator
}

/** What the app says, in one language. */
export interface Words {
  readonly text: Text
  readonly keys: KeysText
}

export const ENGLISH: Words = { text: en, keys: keysEn }

/** Builds, serves and opens the app; all of it ends with the test. */
export async function startUsersApp(t: TestContext): Promise<UsersApp> {
  const app = await startApp(t)
  return { ...app, origin: byName(app.served.origin), operator: await operatorOf(app.served) }
}

/** The same server by its host name. */
export function byName(origin: string): string {
  return origin.replace('127.0.0.1', 'localhost')
}

/** Opens the app in a browser that has an authenticator. */
export async function visitWithKey(
  app: UsersApp,
  options: BrowserContextOptions & {
    readonly path?: string
    readonly origin?: string
    readonly prf?: boolean
  } = {},
): Promise<UserVisitor> {
  const { prf = true, ...rest } = options
  const visitor = await visit(app, { origin: app.origin, ...rest })
  return { ...visitor, authenticator: await authenticatorOf(visitor.page, { prf }) }
}

/** Somebody who enrols by a link, and is signed in. */
export async function enrolled(
  app: UsersApp,
  user: string,
  options: BrowserContextOptions & { readonly words?: Words } = {},
): Promise<UserVisitor & { readonly recovery: string }> {
  const { words = ENGLISH, ...rest } = options
  const code = await app.operator.invite(user)
  const visitor = await visitWithKey(app, { path: `/#enrol=${code}`, ...rest })
  const recovery = await makeKey(visitor, words)
  return { ...visitor, recovery }
}

/** Makes a key where the code is typed already, and signs in; the recovery code. */
export async function makeKey({ page }: Visitor, words: Words = ENGLISH): Promise<string> {
  const { enrol, recovery, here } = words.keys
  await page.getByRole('button', { name: enrol.make }).click()
  await page.getByRole('checkbox', { name: recovery.kept }).check()
  const code = (await page.locator('.recovery-code').textContent()) ?? ''
  await page.getByRole('button', { name: recovery.goOn, exact: true }).click()
  await page.getByText(here.keyed).waitFor()
  return code
}

/** Goes to the user's keys. */
export async function toKeys({ page }: Visitor, words: Words = ENGLISH): Promise<void> {
  await page.getByRole('navigation').getByRole('button', { name: words.text.nav.keys }).click()
  await page.getByRole('heading', { level: 1, name: words.keys.heading }).waitFor()
}

/** Signs in by whatever passkey the authenticator has; resolves when it is done. */
export async function signInHere(visitor: Visitor, words: Words = ENGLISH): Promise<void> {
  await toKeys(visitor, words)
  await visitor.page.getByRole('button', { name: words.keys.signIn }).click()
  await visitor.page.getByText(words.keys.here.keyed).waitFor()
}

import type { BrowserContextOptions, Page } from 'playwright-core'
import { authenticatorOf } from './authenticator.ts'
import { visit } from './visitor.ts'
import { enrolled, makeKey, toKeys, visitWithKey, type UsersApp, type Words } from './users.ts'

const SPOKEN = '芝麻开门'

let walks = 0

/**
 * Walks through what users see of their keys, and calls `look` at every state, with its name.
 *
 * @param options `alone`: as far as one user comes alone, and nobody is rung
 */
export async function userStates(
  app: UsersApp,
  words: Words,
  { alone, ...options }: BrowserContextOptions & { readonly alone: boolean },
  look: (name: string, page: Page) => Promise<void>,
): Promise<void> {
  const { text, keys } = words
  const press = (page: Page, name: string): Promise<void> =>
    page.getByRole('button', { name, exact: true }).click()
  walks += 1
  const [ann, bea] = [`ann${walks}`, `bea${walks}`]
  const visitor = await visitWithKey(app, options)
  const { page } = visitor
  await toKeys(visitor, words)
  await page.getByRole('button', { name: keys.signIn }).waitFor()
  await look('nobody', page)
  await press(page, keys.enrolLink)
  await press(page, keys.enrol.make)
  await page.getByText(keys.enrol.badCode).waitFor()
  await look('enrol-code', page)
  await page.getByRole('textbox', { name: keys.enrol.code }).fill(await app.operator.invite(ann))
  await visitor.authenticator.isThere(false)
  await press(page, keys.enrol.make)
  await page.getByText('ERR_PASSKEY_CANCELLED').waitFor()
  await look('enrol-cancelled', page)
  // Chromium locks one whose user was not there.
  await visitor.authenticator.unplug()
  await authenticatorOf(page)
  await press(page, keys.enrol.make)
  await page.getByText(keys.recovery.kept).waitFor()
  await look('recovery', page)
  await page.getByRole('checkbox', { name: keys.recovery.kept }).check()
  const recovery = (await page.locator('.recovery-code').textContent()) ?? ''
  await press(page, keys.recovery.goOn)
  await page.getByText(keys.list.here).waitFor()

  const other = await visitWithKey(app, { ...options, path: `/#enrol=${recovery}` })
  await makeKey(other, words)
  await page.reload()
  await page.getByText(text.home.user.here(`${ann}@localhost`)).waitFor()
  await look('home-here', page)
  await toKeys(visitor, words)
  await page.getByText(keys.here.connected).waitFor()
  await look('locked', page)
  await press(page, keys.here.unlock)
  await page.getByText(keys.list.here).waitFor()
  await look('here', page)
  await page
    .getByRole('button', { name: /ann|passkey|通行密钥/ })
    .first()
    .waitFor()
  await page.locator('li.contact button').first().click()
  await page.getByRole('dialog').waitFor()
  await look('revoke', page)
  await press(page, text.act.cancel)
  const tab = await page.context().newPage()
  await tab.goto(app.origin)
  await toKeys({ ...visitor, page: tab }, words)
  await tab.getByRole('button', { name: keys.otherTab.take }).waitFor()
  await look('other-tab', tab)
  await tab.close()
  if (alone) return void (await Promise.all([other.leave(), visitor.leave()]))

  await other.page.getByRole('button', { name: keys.here.release, exact: true }).first().click()
  await other.page.getByRole('button', { name: keys.signIn }).waitFor()
  const her = await enrolled(app, bea, { ...options, words })
  const meet = async (): Promise<void> => {
    await her.page.getByRole('banner').getByRole('button', { name: /hufu/ }).click()
    await press(her.page, text.home.ring)
    await her.page.getByRole('textbox', { name: text.name.whom }).fill(`${ann}@localhost`)
    await her.page.getByLabel(text.name.passphrase, { exact: true }).fill(SPOKEN)
    await her.page.getByText(keys.who.unlocked(`${bea}@localhost`)).waitFor()
    await look('ring-user', her.page)
    await press(her.page, text.name.ring)
    await page.getByRole('heading', { name: text.pairing.rings(`${bea}@localhost`) }).waitFor()
    await page.getByText(keys.who.unlocked(`${ann}@localhost`)).waitFor()
    await look('rung-user', page)
    await page.getByLabel(text.pairing.question, { exact: true }).fill(SPOKEN)
    await press(page, text.pairing.answer)
    await page.getByText(keys.who.badge, { exact: true }).waitFor()
  }
  await meet()
  await look('talk-verified', page)
  await press(page, text.talk.leave)
  await page.getByRole('dialog').getByRole('button', { name: text.talk.leave }).click()
  await press(page, text.act.home)
  await page.getByRole('navigation').getByRole('button', { name: text.nav.contacts }).click()
  await page.getByText(keys.met.heading).waitFor()
  await look('met', page)
  await her.leave()

  const again = await visitWithKey(app, { ...options, path: `/#enrol=${her.recovery}` })
  await makeKey(again, words)
  await again.page.getByRole('banner').getByRole('button', { name: /hufu/ }).click()
  await press(again.page, text.home.ring)
  await again.page.getByRole('textbox', { name: text.name.whom }).fill(`${ann}@localhost`)
  await again.page.getByLabel(text.name.passphrase, { exact: true }).fill(SPOKEN)
  await press(again.page, text.name.ring)
  await page.getByLabel(text.pairing.question, { exact: true }).fill(SPOKEN)
  await press(page, text.pairing.answer)
  await page.getByRole('dialog', { name: keys.alarm.heading(`${bea}@localhost`) }).waitFor()
  await look('alarm', page)
  await press(page, keys.alarm.refuse)
  await page.getByText('ERR_IDENTITY_CHANGED').waitFor()
  await press(page, text.act.home)
  await again.leave()

  const terminals = (await app.operator.call('GET', '/bindings?limit=500')) as {
    readonly bindings: readonly { readonly terminal: string; readonly user: string }[]
  }
  const hers = terminals.bindings.filter(({ user }) => user === `${ann}@localhost`)
  for (const { terminal } of hers)
    await app.operator.call('POST', `/bindings/${terminal}/release`, { reason: 'Closing time' })
  await toKeys(visitor, words)
  await page.getByText('Closing time').waitFor()
  await look('ended', page)

  const nobody = await visit(app, options)
  await toKeys(nobody, words)
  await nobody.page.getByText(keys.told.address.what).waitFor()
  await look('address', nobody.page)
  await Promise.all([nobody.leave(), other.leave(), visitor.leave()])
}

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import type { Page } from 'playwright-core'
import { en as words } from '../../packages/web/src/console/strings/en.ts'
import { en } from '../../packages/web/src/strings/en.ts'
import { callOfThree } from '../support/callers.ts'
import { shellsAt, type Shell } from '../support/shells.ts'
import { until } from '../../packages/server/src/ceremonies/call/people.testing.ts'
import { startApp, temporaryFolder, type App } from './support/app.ts'
import { needsBrowser } from './support/browser.ts'
import {
  ask,
  atConsole,
  codeFor,
  goTo,
  invite,
  openAccount,
  press,
  setupCode,
  signIn,
  troubleOf,
} from './support/console.ts'

const t = words.users
const CODE = /^(?:\w{4}-){6}\w{4}$/

test('users, in the operator’s console', async (context) => {
  if (!needsBrowser(context)) return
  const app = await startApp(context)
  const ada = await openAccount(app, 'ada', await setupCode(app))
  const shell = await shellAt(context, app)
  const visitor = await atConsole(app, { hash: '#users' })
  const { page } = visitor
  await signIn(visitor, 'ada')

  await context.test(
    'somebody is invited, by keyboard alone, to a code that is shown once',
    async () => {
      await page.getByText(t.none).waitFor()
      await page.getByRole('button', { name: t.invite }).focus()
      await page.keyboard.press('Enter')
      await page.locator('dialog input:focus').waitFor()
      await page.keyboard.press('Tab')
      await page.keyboard.press('Tab')
      await page.keyboard.press('Enter')
      await page.getByText(en.errors.ERR_USER_ID.next).waitFor()
      await page.keyboard.press('Shift+Tab')
      await page.keyboard.press('Shift+Tab')
      await page.keyboard.type('ann')
      await page.keyboard.press('Enter')
      const code = await codeIn(page)
      const link = await page
        .getByRole('dialog')
        .getByText(/#enrol=/)
        .last()
        .textContent()
      assert.equal(link, `${app.served.origin}/#enrol=${code}`)
      await press(page, words.done)
      assert.equal((await page.content()).includes(code), false)
      const made = await shell.run('key new', { env: { HUFU_CODE: code } })
      assert.equal(made.event('enrolled')['user'], 'ann@localhost')
    },
  )

  await context.test(
    'who is signed in where, until the operator ends it with a reason',
    async () => {
      const staying = shell.start('signin --stay')
      await staying.event(({ event }) => event === 'bound')
      await goTo(visitor, 'signins')
      await page.getByText(t.connected).waitFor()
      await page.getByRole('button', { name: /^End the sign-in at/ }).click()
      await reasoned(page, t.release, 'the shop is closed')
      const told = await staying.event(({ event }) => event === 'released')
      assert.deepEqual([told['code'], told['reason']], ['ERR_BINDING_FORCED', 'the shop is closed'])
      await page.getByText(t.nobody).waitFor()
    },
  )

  await context.test('one is suspended, let in again, and loses a key', async () => {
    await goTo(visitor, 'users')
    await page.getByRole('link', { name: 'ann@localhost' }).click()
    assert.equal(new URL(page.url()).hash, '#users/ann%40localhost')
    await page.getByRole('heading', { level: 1, name: 'ann@localhost' }).waitFor()
    await page.getByText(t.kinds.software).waitFor()
    await press(page, t.suspend)
    await reasoned(page, t.suspend, 'on leave')
    await page.getByText('on leave').waitFor()
    assert.equal((await shell.run('signin')).code, 'ERR_USER_SUSPENDED')
    await press(page, t.resume)
    await page.getByRole('dialog').getByRole('button', { name: t.resume }).click()
    await page.getByText(t.resumed('ann@localhost')).waitFor()
    assert.equal((await shell.run('signin')).exit, 0)
    await page.getByRole('button', { name: /^Revoke / }).click()
    await reasoned(page, t.revoke, 'left on a train')
    await page.getByText(/left on a train/).waitFor()
    assert.equal((await shell.run('signin')).code, 'ERR_KEY_REVOKED')
    assert.equal(await page.getByRole('button', { name: /^Revoke / }).count(), 0)
  })

  await context.test('invitations are withdrawn, and a user removed', async () => {
    await press(page, t.furtherKey)
    await press(page, t.makeCode)
    const code = await codeIn(page)
    await press(page, words.done)
    await press(page, t.withdraw)
    await page.getByRole('dialog').getByRole('button', { name: t.withdraw }).click()
    await page.getByText(t.withdrawn('ann@localhost')).waitFor()
    const refused = await shell.run('key new --name other', { env: { HUFU_CODE: code } })
    assert.equal(refused.code, 'ERR_ENROL_CODE')
    await press(page, t.remove)
    await page.getByRole('dialog').getByRole('button', { name: t.remove }).click()
    await page.getByRole('heading', { level: 1, name: words.pages.users }).waitFor()
    await page.getByText(t.none).waitFor()
    await page.goBack()
    await page.getByRole('alert').getByText(en.errors.ERR_USER_UNKNOWN.what).waitFor()
  })

  await context.test('an authority from outside is trusted, and no longer', async () => {
    await goTo(visitor, 'issuers')
    await press(page, words.issuers.add)
    const dialog = page.getByRole('dialog')
    const [certificate, namespaces] = [
      dialog.getByRole('textbox', { name: words.issuers.certificate }),
      dialog.getByRole('textbox', { name: words.issuers.namespaces }),
    ]
    await certificate.fill('no certificate')
    await namespaces.fill('corp.example')
    const add = dialog.getByRole('button', { name: words.issuers.add })
    await add.click()
    await dialog.getByText(en.errors.ERR_CERT_MALFORMED.what).waitFor()
    await certificate.fill(await outsideAuthority(context))
    await add.click()
    await page.getByText(words.issuers.added, { exact: true }).waitFor()
    const row = page.getByRole('row', { name: /corp\.example/ })
    await row.getByRole('button').click()
    await dialog.getByRole('button', { name: words.issuers.remove }).click()
    await page.getByText(words.issuers.removed, { exact: true }).waitFor()
    await row.waitFor({ state: 'detached' })
  })

  await context.test('who may only look sees no button that does anything', async () => {
    await ask(app, 'POST /invitations', ada, { user: 'bob', kind: 'key' })
    await invite(app, ada, 'max', 'auditor')
    const other = await atConsole(app, { hash: '#users/bob%40localhost' })
    await signIn(other, 'max')
    await other.page.getByText(t.invitationKinds.key).waitFor()
    assert.equal(await other.page.getByRole('main').getByRole('button').count(), 0)
    await goTo(other, 'issuers')
    await other.page.getByRole('table').waitFor()
    assert.equal(await other.page.getByRole('main').getByRole('button').count(), 0)
    await goTo(other, 'users')
    await other.page.getByRole('link', { name: 'bob@localhost' }).waitFor()
    // to look for somebody
    assert.deepEqual(await other.page.getByRole('main').getByRole('button').allTextContents(), [
      t.find,
    ])
    await other.page.getByRole('textbox', { name: t.search }).fill('nobody')
    await press(other.page, t.find)
    await other.page.getByText(t.noneFits).waitFor()
    assert.deepEqual(troubleOf(other), [])
    await other.leave()
  })

  await context.test('a call is ended with a reason, by keyboard alone', async () => {
    const [host, other] = await callOfThree(app.served.origin, (user) => codeFor(app, ada, user))
    await goTo(visitor, 'calls')
    await page.getByRole('rowheader').getByRole('link').focus()
    await page.keyboard.press('Enter')
    await page.getByRole('rowheader', { name: 'dora@localhost' }).waitFor()
    const facts = await page.locator('dl.facts > div').allTextContents()
    const { size, ringing, host: hosts } = words.calls
    for (const fact of [`${hosts}carol@localhost`, `${size}3`, `${ringing}1`])
      assert.ok(facts.includes(fact), facts.join())
    await page.getByRole('button', { name: words.calls.end }).focus()
    await page.keyboard.press('Enter')
    await page.locator('dialog input:focus').waitFor()
    await page.keyboard.press('Escape')
    await page.locator('main .red:focus').waitFor()
    await page.keyboard.press('Enter')
    await page.locator('dialog input:focus').waitFor()
    await page.keyboard.type('closing time')
    await page.keyboard.press('Enter')
    // what had the focus is gone with the call: it goes to what came of it
    await page.locator('.told-of:focus').waitFor()
    for (const { terminal } of [host!, other!]) {
      const over = await until(terminal, 'call.over')
      assert.deepEqual([over.code, over.reason], ['ERR_CALL_FORCED', 'closing time'])
    }
    await page.getByRole('link', { name: words.calls.back }).click()
    await page.getByText(words.calls.none).waitFor()
  })

  await context.test('a call that ends while it is looked at cannot be ended again', async () => {
    const [host] = await callOfThree(app.served.origin, (user) => codeFor(app, ada, user))
    await page.getByRole('rowheader').getByRole('link').click()
    await press(page, words.calls.end)
    const [id] = /[0-9a-f]{32}$/.exec(page.url()) ?? []
    await ask(app, `POST /calls/${id}/end`, ada, { reason: 'by another' })
    await until(host!.terminal, 'call.over')
    await page.locator('.told-of:focus').waitFor()
    assert.equal(await page.getByRole('dialog').count(), 0)
    assert.equal(await page.getByRole('button', { name: words.calls.end }).count(), 0)
  })

  assert.deepEqual(troubleOf(visitor), [])
  await visitor.leave()
})

/** A shell of the server's, with a profile of its own. */
async function shellAt(context: TestContext, { served }: App): Promise<Shell> {
  const shells = shellsAt(served.origin, { HUFU_KEY_PASSPHRASE: 'correct horse battery' })
  context.after(shells.close)
  return shells.open()
}

/** Says why, in the dialog that asks, and does it. */
async function reasoned(page: Page, verb: string, reason: string): Promise<void> {
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('textbox', { name: t.reason }).fill(reason)
  await dialog.getByRole('button', { name: verb, exact: true }).click()
  await dialog.waitFor({ state: 'detached' })
}

async function codeIn(page: Page): Promise<string> {
  return (await page.getByRole('dialog').getByText(CODE).first().textContent()) ?? ''
}

/** The certificate of an authority that OpenSSL has made, PEM. */
async function outsideAuthority(context: TestContext): Promise<string> {
  const folder = await temporaryFolder(context)
  const [key, certificate] = ['key.pem', 'ca.pem'].map((name) => join(folder, name)) as [
    string,
    string,
  ]
  const args = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']
  const about = ['-subj', '/CN=Corp', '-addext', 'keyUsage=critical,keyCertSign,cRLSign']
  execFileSync('openssl', [...args, ...about, '-keyout', key, '-out', certificate], {
    stdio: 'pipe',
  })
  return readFile(certificate, 'utf8')
}

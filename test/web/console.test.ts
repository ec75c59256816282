import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import { en as words } from '../../packages/web/src/console/strings/en.ts'
import { en } from '../../packages/web/src/strings/en.ts'
import { pairBySlot } from '../support/pairs.ts'
import { startApp, type App } from './support/app.ts'
import { needsBrowser } from './support/browser.ts'
import {
  ask,
  atConsole,
  garbage,
  goTo,
  invite,
  PASSPHRASE,
  press,
  setupCode,
  signIn,
  troubleOf,
} from './support/console.ts'
import type { Visitor } from './support/visitor.ts'

test('the operator’s console', async (t) => {
  if (!needsBrowser(t)) return
  const app = await startApp(t)

  const visitor = await atConsole(app)
  const { page } = visitor

  await t.test('the first account is opened, and every page is reached from there', async () => {
    const bare = changesWithoutHeader(page)
    await page.getByRole('heading', { level: 1, name: words.entrance.firstHeading }).waitFor()
    await setUp(page, await setupCode(app), 'ada')
    await page.getByText(words.overview.answers, { exact: true }).waitFor()
    for (const path of Object.keys(words.pages) as (keyof typeof words.pages)[]) {
      await goTo(visitor, path)
      assert.equal(await page.title(), `hufu ${words.name}: ${words.pages[path]}`)
      assert.equal(await focused(page), words.pages[path], 'the focus is on the page’s heading')
      assert.equal(new URL(page.url()).hash, `#${path}`)
    }
    await page.goBack()
    await page.getByRole('heading', { level: 1, name: words.pages.vault }).waitFor()
    await press(page, words.signOut)
    await page.getByRole('heading', { level: 1, name: words.entrance.heading }).waitFor()
    await signIn(visitor, 'ada')
    await page.getByRole('heading', { level: 1, name: words.pages.vault }).waitFor()
    assert.deepEqual(bare, [])
  })

  const ada = await adaAsProgram(app)

  await t.test('a token is shown once, works, and works no more when it is revoked', async () => {
    await goTo(visitor, 'tokens')
    await press(page, words.tokens.create)
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('textbox', { name: words.tokens.label }).fill('nightly')
    await dialog.getByRole('checkbox', { name: 'status.read' }).check()
    await dialog.getByRole('button', { name: words.tokens.create, exact: true }).click()
    const token = await secretIn(page, /^hufu_[\w-]{43}$/)
    assert.equal((await ask(app, 'GET /status', token)).status, 200)
    const refused = await ask(app, 'GET /audit', token)
    assert.deepEqual([refused.status, codeOf(refused)], [403, 'ERR_FORBIDDEN'])
    await press(page, words.done)
    assert.equal((await page.content()).includes(token), false)
    await press(page, words.tokens.revokeName('nightly'))
    await page.getByRole('dialog').getByRole('button', { name: words.tokens.revoke }).click()
    await page.getByText(words.tokens.revoked('nightly')).waitFor()
    await page.getByText(words.tokens.none).waitFor()
    assert.equal((await ask(app, 'GET /status', token)).status, 401)
  })

  await t.test('an auditor is invited, and sees nothing that writes', async () => {
    await goTo(visitor, 'operators')
    await page.getByText(words.operators.last).waitFor()
    await press(page, words.operators.add)
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('textbox', { name: words.operators.user }).fill('Max')
    await dialog.getByRole('button', { name: words.operators.add }).click()
    await dialog.getByText(en.errors.ERR_OPERATOR_NAME.next).waitFor()
    await dialog.getByRole('textbox', { name: words.operators.user }).fill('max')
    await dialog.getByRole('button', { name: words.operators.add }).click()
    const code = await secretIn(page, /^(?:\w{4}-){6}\w{4}$/)
    await press(page, words.done)

    const other = await atConsole(app, { hash: '#setup' })
    await setUp(other.page, code, 'max')
    await goTo(other, 'operators')
    await other.page.getByRole('row', { name: /max/ }).waitFor()
    assert.equal(await other.page.getByRole('main').getByRole('button').count(), 0)
    await goTo(other, 'vault')
    await other.page.getByText(words.vault.current).waitFor()
    assert.equal(await other.page.getByRole('main').getByRole('button').count(), 0)
    assert.deepEqual(troubleOf(other), [])
    await other.leave()
  })

  await t.test(
    'what may not be seen is closed, and what is refused says what is missing',
    async () => {
      const vera = await invite(app, ada, 'vera', 'vendor')
      await ask(app, 'DELETE /session', vera)
      const vendor = await atConsole(app, { hash: '#audit' })
      await signIn(vendor, 'vera')
      const links = vendor.page.getByRole('navigation').getByRole('link')
      assert.deepEqual(await links.allTextContents(), [words.pages.tokens, words.pages.account])
      await vendor.page.getByRole('alert').getByText('audit.read').waitFor()
      await vendor.leave()

      await invite(app, ada, 'bob', 'operator')
      const bob = await atConsole(app, { hash: '#vault' })
      await signIn(bob, 'bob')
      await press(bob.page, words.vault.rotate)
      await ask(app, 'PUT /operators/bob/role', ada, { role: 'auditor' })
      const dialog = bob.page.getByRole('dialog')
      await dialog.getByRole('button', { name: words.vault.rotate }).click()
      await dialog.getByRole('alert').getByText('vault.rotate', { exact: true }).waitFor()
      await bob.leave()
    },
  )

  await t.test('a session that ends is met with a way back to where one was', async () => {
    await goTo(visitor, 'sessions')
    await ask(app, 'DELETE /session/others', ada)
    await page.getByText(words.entrance.ended('ada')).waitFor()
    assert.equal(await page.getByRole('navigation').count(), 0)
    const name = page.getByRole('textbox', { name: words.entrance.user })
    assert.equal(await name.inputValue(), 'ada')
    assert.equal(await page.evaluate<string>('document.activeElement.type'), 'password')
    await page.keyboard.type(PASSPHRASE)
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { level: 1, name: words.pages.sessions }).waitFor()
  })

  await t.test('what happens shows while it happens, until it is paused', async () => {
    await goTo(visitor, 'overview')
    const pair = await pairBySlot(app.served.origin)
    await garbage(app)
    const chart = (name: string) => page.getByRole('region', { name, exact: true })
    await chart(words.charts.pairings).getByText('1', { exact: true }).first().waitFor()
    await chart(words.charts.connections)
      .getByRole('img', { name: /2; from 0 to [23]/ })
      .waitFor()
    await chart(words.charts.answer)
      .getByText(/ms$|s$/)
      .first()
      .waitFor()
    await chart(words.charts.failures)
      .getByText(/^ERR_WIRE_/)
      .first()
      .waitFor()
    await page
      .getByRole('row', { name: /ERR_WIRE_/ })
      .first()
      .waitFor()
    await chart(words.charts.pairings).getByText(words.charts.asTable).click()
    const rows = chart(words.charts.pairings).getByRole('row', { name: / 1$/ })
    await rows.waitFor()
    const counted = await (await fetch(`${app.served.origin}/metrics`)).text()
    assert.match(counted, /hufu_pairing_seconds_count\{part="answer"\} 1/)

    await press(page, words.overview.pause)
    const asked: string[] = []
    page.on('request', (request) => asked.push(request.url()))
    await page.waitForTimeout(1_500)
    assert.deepEqual(asked, [])
    const [request] = await Promise.all([
      page.waitForRequest(/\/metrics/),
      press(page, words.overview.resume),
    ])
    assert.equal(request.method(), 'GET')

    await goTo(visitor, 'sessions')
    const row = page.getByRole('row', { name: new RegExp(words.sessions.active) })
    await row.waitFor()
    assert.match((await row.textContent()) ?? '', new RegExp(`^[0-9a-f]{8}….*2`))
    await Promise.all([pair.opener.leave(), pair.joiner.leave()])
  })

  await t.test('one’s own passphrase is changed, and one is signed out elsewhere', async () => {
    const next = 'copper lilac orbit tango'
    const max = await atConsole(app, { hash: '#account' })
    const { page } = max
    await signIn(max, 'max')
    const change = async (present: string, chosen: string): Promise<void> => {
      await page.getByLabel(words.account.present, { exact: true }).fill(present)
      await page.getByLabel(words.entrance.newPassphrase, { exact: true }).fill(chosen)
      await page.getByLabel(words.entrance.repeat, { exact: true }).fill(chosen)
      await press(page, words.account.change)
    }
    await change('not the one that it is', next)
    await page.getByText('ERR_LOGIN_REFUSED').waitFor()
    await change(PASSPHRASE, next)
    await page.getByText(words.account.changed).waitFor()
    const other = await atConsole(app)
    await signIn(other, 'max', words, next)
    await page.reload()
    await page.getByText(words.account.browser).waitFor()
    await press(page, words.account.endOthers)
    await page.getByText(words.account.nowhereElse).waitFor()
    await other.page.getByText(words.entrance.ended('max')).waitFor()
    await Promise.all([max.leave(), other.leave()])
  })

  await t.test('the master key is changed, after a question', async () => {
    await goTo(visitor, 'vault')
    const master = page.getByRole('rowheader').first()
    const before = await master.textContent()
    await press(page, words.vault.rotate)
    const question = page.getByRole('dialog')
    await question.getByRole('button', { name: words.vault.rotate }).click()
    await page.getByText(words.vault.changed).waitFor()
    assert.notEqual(await master.textContent(), before)
  })

  await t.test('the audit record is searched, taken away, checked', async () => {
    await goTo(visitor, 'audit')
    const rows = page.getByRole('main').getByRole('row')
    await page.getByRole('textbox', { name: words.audit.actor }).fill('vera')
    await page.getByLabel(words.audit.action, { exact: true }).selectOption('operator.logout')
    await press(page, words.audit.apply)
    await page
      .getByRole('row', { name: /operator:ada/ })
      .first()
      .waitFor({ state: 'detached' })
    await rows.nth(2).waitFor({ state: 'detached' })
    assert.equal(await rows.count(), 2, 'its head and one entry')
    await press(page, words.audit.clear)
    await page.getByRole('row', { name: /vault\.rotated/ }).waitFor()

    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: words.audit.export }).click(),
    ])
    const lines = (await readFile(await download.path(), 'utf8')).trim().split('\n')
    assert.equal((JSON.parse(lines[0]!) as { readonly action: string }).action, 'server.start')

    await press(page, words.audit.check)
    await page.getByText(/The record is whole: \d+ entries/).waitFor()
    alter(app, 2)
    await press(page, words.audit.check)
    await page.getByText(words.audit.bad).waitFor()
    await page.getByText(words.audit.faults['changed']!('2')).waitFor()
    await press(page, words.audit.show('2'))
    await rows.nth(2).waitFor()
    await rows.nth(3).waitFor({ state: 'detached' })
    assert.match((await rows.nth(1).textContent()) ?? '', /^2/)
  })

  assert.deepEqual(troubleOf(visitor), [])
  await visitor.leave()

  await t.test('by the keyboard alone', async () => {
    const visitor = await atConsole(app, { hash: '#tokens' })
    const { page } = visitor
    await page.getByRole('heading', { level: 1, name: words.entrance.heading }).waitFor()
    await page.keyboard.type('ada')
    await tabTo(visitor, words.entrance.passphrase)
    await page.keyboard.type(PASSPHRASE)
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { level: 1, name: words.pages.tokens }).waitFor()
    await tabTo(visitor, words.tokens.create)
    await page.keyboard.press('Enter')
    await page.getByRole('dialog').waitFor()
    for (let presses = 0; presses < 20; presses += 1) {
      await page.keyboard.press('Tab')
      const inside = '[document.body, document.querySelector("dialog")]'
      const where = `${inside}.findIndex((one) => one === document.activeElement) === 0 ||
        document.querySelector("dialog").contains(document.activeElement)`
      assert.ok(await page.evaluate<boolean>(where), 'the focus stays in the dialog')
    }
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    assert.equal(await focused(page), words.tokens.create, 'the focus is where it was')
    await page.evaluate('document.activeElement.blur()')
    await tabTo(visitor, words.pages.overview)
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { level: 1, name: words.pages.overview }).waitFor()
    await tabTo(visitor, words.overview.pause)
    await page.keyboard.press('Space')
    await page.getByRole('button', { name: words.overview.resume, pressed: true }).waitFor()
    assert.deepEqual(troubleOf(visitor), [])
    await visitor.leave()
  })
})

async function adaAsProgram(app: App): Promise<string> {
  const body = { name: 'ada', passphrase: PASSPHRASE, keeper: 'program' }
  return String((await ask(app, 'POST /session', undefined, body)).json['session'])
}

async function setUp(page: Page, code: string, name: string): Promise<void> {
  await page.getByRole('textbox', { name: words.entrance.code }).fill(code)
  await page.getByRole('textbox', { name: words.entrance.user }).fill(name)
  await page.getByLabel(words.entrance.newPassphrase, { exact: true }).fill(PASSPHRASE)
  await page.getByLabel(words.entrance.repeat, { exact: true }).fill(`${PASSPHRASE}x`)
  await press(page, words.entrance.setUp)
  await page.getByText(words.entrance.differ).waitFor()
  await page.getByLabel(words.entrance.repeat, { exact: true }).fill(PASSPHRASE)
  await press(page, words.entrance.setUp)
  await page.getByRole('navigation').waitFor()
}

/** Requests that change something and lack the header which no page of another site can send. */
function changesWithoutHeader(page: Page): readonly string[] {
  const bare: string[] = []
  page.on('request', (request) => {
    if (request.method() !== 'GET' && request.headers()['x-hufu-request'] === undefined)
      bare.push(`${request.method()} ${request.url()}`)
  })
  return bare
}

/** The secret that a dialog shows. */
async function secretIn(page: Page, form: RegExp): Promise<string> {
  const shown = page.getByRole('dialog').locator('.command code').first()
  await shown.waitFor()
  const secret = (await shown.textContent()) ?? ''
  assert.match(secret, form)
  return secret
}

function codeOf({ json }: Awaited<ReturnType<typeof ask>>): unknown {
  return (json['error'] as { readonly code?: unknown } | undefined)?.code
}

/** Changes an entry of the audit record behind the server's back. */
function alter({ served }: App, seq: number): void {
  const database = new DatabaseSync(join(served.data, 'hufu.db'))
  database.prepare(`UPDATE audit_entries SET outcome = 'ERR_LISTEN' WHERE seq = ?`).run(seq)
  database.close()
}

async function focused(page: Page): Promise<string> {
  return page.evaluate<string>(FOCUSED)
}

const FOCUSED = `(() => {
  const element = document.activeElement
  return element.ariaLabel ?? element.labels?.[0]?.textContent ?? element.innerText ?? ''
})()`

/** Presses Tab until what has this name is focused. */
async function tabTo({ page }: Visitor, name: string): Promise<void> {
  const names: string[] = []
  for (let presses = 0; presses < 40; presses += 1) {
    await page.keyboard.press('Tab')
    const now = await focused(page)
    if (now === name || now.startsWith(`${name}\n`)) return
    names.push(now)
  }
  assert.fail(`Tab does not lead to ${name}, but to: ${names.join(', ')}`)
}

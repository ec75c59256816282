import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import { en } from '../../packages/web/src/strings/en.ts'
import { zh } from '../../packages/web/src/strings/zh.ts'
import { startApp } from './support/app.ts'
import { needsBrowser } from './support/browser.ts'
import { DESKTOP, hears, sessionOver, talking, visit, type Visitor } from './support/visitor.ts'

test('the page itself', async (t) => {
  if (!needsBrowser(t)) return
  const app = await startApp(t, ['--host-resolver-rules=MAP elsewhere.test 127.0.0.1'])

  for (const [locale, lang, text] of [
    ['en-GB', 'en', en],
    ['zh-CN', 'zh-Hans', zh],
  ] as const)
    for (const colorScheme of ['light', 'dark'] as const)
      await t.test(`${locale}, ${colorScheme}: as the browser asks for it`, async () => {
        const { page, trouble, leave } = await visit(app, { locale, colorScheme })
        assert.equal(await page.title(), text.title)
        assert.equal(await page.getAttribute('html', 'lang'), lang)
        assert.equal(await page.textContent('h1'), text.home.headline)
        assert.equal((await brightness(page)) > 0.5, colorScheme === 'light')
        assert.deepEqual(trouble, [])
        await leave()
      })

  await t.test('the language is switched from the keyboard, and remembered', async () => {
    const visitor = await visit(app)
    await tabTo(visitor, '中文')
    await visitor.page.keyboard.press('Enter')
    await visitor.page.getByRole('heading', { level: 1, name: zh.home.headline }).waitFor()
    await visitor.page.reload()
    await visitor.page.getByRole('heading', { level: 1, name: zh.home.headline }).waitFor()
    assert.deepEqual(visitor.trouble, [])
    await visitor.leave()
  })

  await t.test('a whole session by the keyboard alone', async () => {
    const [opener, joiner] = [await visit(app), await visit(app)]
    await tabTo(opener, en.home.openButton)
    await opener.page.keyboard.press('Enter')
    const shown = opener.page.locator('.big-code .code')
    await shown.waitFor()
    await tabTo(joiner, en.code.label)
    await joiner.page.keyboard.type((await shown.textContent()) ?? '')
    await joiner.page.keyboard.press('Enter')
    await Promise.all([talking(opener), talking(joiner)])
    for (const visitor of [opener, joiner]) {
      await tabTo(visitor, en.words.same)
      await visitor.page.keyboard.press('Space')
      await tabTo(visitor, en.talk.message)
    }
    await opener.page.keyboard.type('no mouse')
    await opener.page.keyboard.press('Enter')
    await hears(joiner, 'no mouse')
    await tabTo(joiner, en.talk.leave)
    await joiner.page.keyboard.press('Enter')
    await joiner.page.getByRole('dialog').waitFor()
    await joiner.page.keyboard.press('Escape')
    await joiner.page.getByRole('dialog').waitFor({ state: 'detached' })
    await tabTo(joiner, en.talk.leave)
    await joiner.page.keyboard.press('Enter')
    await joiner.page.getByRole('dialog').waitFor()
    await tabTo(joiner, en.talk.leave)
    await joiner.page.keyboard.press('Enter')
    await Promise.all([sessionOver(opener), sessionOver(joiner)])
    await Promise.all([opener.leave(), joiner.leave()])
  })

  await t.test('without a network it opens as it was, and says what is missing', async () => {
    const { page, leave } = await visit(app)
    await page.evaluate('navigator.serviceWorker.ready.then(() => undefined)')
    await page.context().setOffline(true)
    await page.reload()
    await page.getByRole('heading', { level: 1, name: en.home.headline }).waitFor()
    await page.getByRole('button', { name: en.home.openButton }).click()
    await page.getByText(en.errors.ERR_UNREACHABLE.what).waitFor()
    await leave()
  })

  await t.test('it can be installed', async () => {
    const { page, leave } = await visit(app)
    const devtools = await page.context().newCDPSession(page)
    const { installabilityErrors } = await devtools.send('Page.getInstallabilityErrors')
    const ids = installabilityErrors.map(({ errorId }) => errorId)
    assert.deepEqual(
      ids.filter((id) => id !== 'in-incognito'),
      [],
    )
    await leave()
  })

  await t.test('over plain http from elsewhere it says at once why it cannot work', async () => {
    const context = await app.browser.newContext({ locale: 'en-GB', viewport: DESKTOP })
    const page = await context.newPage()
    await page.goto(`http://elsewhere.test:${new URL(app.served.origin).port}/`)
    await page.getByRole('heading', { level: 1, name: en.insecure.heading }).waitFor()
    assert.equal(await page.getByRole('button', { name: en.home.openButton }).count(), 0)
    await context.close()
  })

  await t.test('no text becomes a script, and no other origin is asked', async () => {
    const { page, trouble, leave } = await visit(app)
    const refused = await page.evaluate<readonly string[]>(INJECTIONS)
    assert.deepEqual(refused, ['innerHTML', 'script source', 'worker', 'eval'])
    assert.ok(trouble.some((entry) => entry.includes('elsewhere.invalid')))
    await leave()
  })

  await t.test('what counts as trouble is noticed', async () => {
    const { page, trouble, leave } = await visit(app)
    await page.evaluate(`console.error('planted')`)
    assert.deepEqual(trouble, ['console: planted'])
    await leave()
  })
})

/** Presses Tab until what has this name is focused. */
async function tabTo({ page }: Visitor, name: string): Promise<void> {
  const names: string[] = []
  for (let presses = 0; presses < 40; presses++) {
    await page.keyboard.press('Tab')
    const focused = await page.evaluate<string>(FOCUSED)
    if (focused === name) return
    names.push(focused)
  }
  assert.fail(`Tab does not lead to ${name}, but to: ${names.join(', ')}`)
}

const FOCUSED = `(() => {
  const element = document.activeElement
  return element.ariaLabel ?? element.labels?.[0]?.textContent ?? element.innerText ?? ''
})()`

/** What a script slipped into the page might try; names of those that were refused. */
const INJECTIONS = `(async () => {
  const refused = []
  await new Promise((resolve) => setTimeout(resolve)) // what the debugger evaluates at once may do anything
  const attempt = (name, act) => { try { act() } catch { refused.push(name) } }
  attempt('innerHTML', () => (document.createElement('p').innerHTML = '<b>x</b>'))
  attempt('script source', () => (document.createElement('script').src = '/x.js'))
  attempt('worker', () => new Worker('data:text/javascript,1'))
  attempt('eval', () => (0, globalThis['ev' + 'al'])('1'))
  await fetch('https://elsewhere.invalid/').catch(() => undefined)
  return refused
})()`

/** How bright the page's background is, from 0 for black to 1 for white. */
async function brightness(page: Page): Promise<number> {
  const color = await page.evaluate<string>(
    'getComputedStyle(document.documentElement).backgroundColor',
  )
  const parts = [...color.matchAll(/\d+/g)].map(([part]) => Number(part))
  return parts.slice(0, 3).reduce((sum, part) => sum + part, 0) / (3 * 255)
}

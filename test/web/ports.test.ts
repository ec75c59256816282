import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import type { Page } from 'playwright-core'
import { launch, needsBrowser } from './support/browser.ts'
import { bundle } from './support/bundle.ts'

const ORIGIN = 'http://localhost'

test('what the browser keeps', async (t) => {
  if (!needsBrowser(t)) return
  const script = await bundle(new URL('./support/ports.page.ts', import.meta.url))
  const browser = await launch(t)

  /** Two tabs of one browser profile, with the ports loaded as `ports`. */
  const tabs = async (t: TestContext): Promise<readonly [Page, Page]> => {
    const context = await browser.newContext()
    t.after(() => context.close())
    await context.route('**/*', (route) =>
      route.request().url().endsWith('.js')
        ? route.fulfill({ contentType: 'text/javascript', body: script })
        : route.fulfill({ contentType: 'text/html', body: '<!doctype html><title>ports</title>' }),
    )
    const open = async (): Promise<Page> => {
      const page = await context.newPage()
      await page.goto(ORIGIN)
      await page.evaluate(LOAD)
      return page
    }
    return [await open(), await open()]
  }

  await t.test('two tabs that ask for a seed at once get the same', async (t) => {
    const [one, other] = await tabs(t)
    const ask = `seedOf('desk')`
    const [first, second] = await Promise.all([one.evaluate(ask), other.evaluate(ask)])
    assert.match(String(first), /^[0-9a-f]{64}$/)
    assert.equal(first, second)
    assert.notEqual(await one.evaluate(`seedOf('Desk')`), first)
  })

  await t.test('guesses that two tabs count at once are all counted', async (t) => {
    const [one, other] = await tabs(t)
    const ten = `(async () => { for (let n = 0; n < 10; n++) await profile.countGuess('k', 5, 10) })()`
    await Promise.all([one.evaluate(ten), other.evaluate(ten)])
    assert.equal(await one.evaluate(`profile.countGuess('k', 6, 10)`), 21)
    await one.evaluate(`profile.forgiveGuess('k')`)
    assert.equal(await other.evaluate(`profile.countGuess('k', 14, 10)`), 21)
    assert.equal(await one.evaluate(`profile.countGuess('k', 100, 10)`), 1)
    assert.equal(await one.evaluate(`profile.countGuess('k', 0, 10)`), 23)
    await one.evaluate(`profile.forgiveGuess('nobody')`)
  })

  await t.test('a contact comes back as it was saved, under its newest name', async (t) => {
    const [one, other] = await tabs(t)
    await one.evaluate(`profile.saveContact(someone('小虎'))`)
    await one.evaluate(`profile.saveContact(someone('Ann'))`)
    const saved = await one.evaluate(`printed('小虎')`)
    assert.match(String(saved), /"secret":"[0-9a-f]{64}"/)
    assert.equal(
      await one.evaluate(`failing(profile.renameContact('小虎', 'Ann'))`),
      'ERR_CONTACT_EXISTS',
    )
    assert.equal(
      await one.evaluate(`failing(profile.renameContact('X', 'Y'))`),
      'ERR_CONTACT_UNKNOWN',
    )
    await one.evaluate(`profile.renameContact('小虎', 'Tiger')`)
    assert.equal(String(await other.evaluate(`printed('Tiger')`)).replace('Tiger', '小虎'), saved)
    assert.equal(await other.evaluate(`printed('小虎')`), 'none')
    assert.deepEqual(await other.evaluate(NAMES), ['Ann', 'Tiger'])
    assert.equal(await other.evaluate(`profile.forgetContact('Ann')`), true)
    assert.equal(await one.evaluate(`profile.forgetContact('Ann')`), false)
  })

  await t.test('a record that was altered, or put in another’s place, does not open', async (t) => {
    const [page] = await tabs(t)
    await page.evaluate(`profile.saveContact(someone('a'))`)
    await page.evaluate(`altered('a', 'b', (record) => record)`)
    assert.equal(await page.evaluate(`failing(profile.contact('b'))`), 'ERR_PROFILE')
    await page.evaluate(`altered('a', 'a', (record) => (record.octets[9] ^= 1, record))`)
    assert.equal(await page.evaluate(`failing(profile.contact('a'))`), 'ERR_PROFILE')
  })

  await t.test('a talk belongs to one tab, and survives its reload', async (t) => {
    const [one, other] = await tabs(t)
    await one.evaluate(
      `talks.save('id', { kept: { secrets: [new Uint8Array([1, 2])] }, shown: ['hi'] })`,
    )
    const load = `talks.load('id').then((found) => found && found.kept.secrets[0].join() + found.shown)`
    assert.equal(await other.evaluate(load), undefined)
    await one.reload()
    await one.evaluate(LOAD)
    assert.equal(await one.evaluate(load), '1,2hi')
    await one.evaluate(`talks.forget('id')`)
    assert.equal(await other.evaluate(load), undefined)
  })
})

/** Loads the ports, and a few words to use them by. */
const LOAD = `(async () => {
  const { keptTalks, openProfile, random, Secret } = await import('/ports.js')
  const hex = (octets) => Array.from(octets, (octet) => octet.toString(16).padStart(2, '0')).join('')
  const profile = await openProfile()
  const show = (name, value) =>
    value instanceof Secret ? hex(value.expose()) : value instanceof Uint8Array ? hex(value) : value
  const answer = (request) => new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
  Object.assign(globalThis, {
    profile,
    talks: keptTalks(),
    seedOf: async (name) => hex((await profile.terminalSeed(name, random)).expose()),
    someone: (name) => ({
      name,
      server: 'http://localhost:4680',
      terminalSeed: new Secret(random(32)),
      peerTerminal: random(32),
      meeting: random(16),
      secret: new Secret(random(32)),
      previous: undefined,
      addedUnixMs: 1,
      usedUnixMs: 2,
    }),
    printed: async (name) => {
      const contact = await profile.contact(name)
      if (contact === undefined) return 'none'
      const shown = Object.entries(contact).map(([key, value]) => [key, show(key, value)])
      return JSON.stringify(Object.fromEntries(shown.toSorted()))
    },
    failing: (promise) => promise.then(() => 'none', ({ code }) => code),
    altered: async (from, to, alter) => {
      const database = await answer(indexedDB.open('hufu'))
      const contacts = () => database.transaction('contacts', 'readwrite').objectStore('contacts')
      const record = await answer(contacts().get(from))
      await answer(contacts().put(alter(record), to))
      database.close()
    },
  })
})()`

const NAMES = `profile.contacts().then((all) => all.map(({ name }) => name))`

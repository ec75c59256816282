import assert from 'node:assert/strict'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { en } from '../../packages/web/src/strings/en.ts'
import { keysEn } from '../../packages/web/src/strings/keys/en.ts'
import { proxyTo } from '../support/proxy.ts'
import { authenticatorOf } from './support/authenticator.ts'
import { needsBrowser } from './support/browser.ts'
import {
  byName,
  enrolled,
  makeKey,
  signInHere,
  startUsersApp,
  toKeys,
  visitWithKey,
  type UserVisitor,
} from './support/users.ts'
import { visit, type Visitor } from './support/visitor.ts'

/*
 * A user's keys in a browser, with Chromium's own WebAuthn and a real server. An authenticator belongs to one page, so that
 * another terminal of the same user is the same page at another port: its storage is another's, its passkeys are not.
 */

test('users and their passkeys', async (t) => {
  if (!needsBrowser(t)) return
  const app = await startUsersApp(t)
  const { origin, operator } = app

  await t.test('a link enrols, and nothing of it stays', async () => {
    const code = await operator.invite('ann')
    const ann = await visitWithKey(app, { path: `/#enrol=${code}` })
    const { page } = ann
    assert.equal(page.url(), `${origin}/`)
    assert.equal(await page.evaluate('JSON.stringify(history.state) + location.hash'), 'null')
    const recovery = await makeKey(ann)
    assert.match(recovery, /^(?:[0-9A-Z]{4}-){6}[0-9A-Z]{4}$/)
    await page.getByText('ann@localhost').waitFor()
    const [passkey, ...others] = await ann.authenticator.credentials()
    assert.deepEqual([passkey?.rpId, passkey?.userName], ['localhost', 'ann@localhost'])
    assert.equal(others.length, 0)
    const kept = String(await page.evaluate(READ_ALL))
    assert.match(kept, /ann@localhost/)
    for (const secret of [code, recovery]) assert.ok(!kept.includes(secret))

    await page.reload()
    await page.getByText(en.home.user.here('ann@localhost')).waitFor()
    await toKeys(ann)
    await page.getByRole('heading', { name: keysEn.here.locked }).waitFor()
    await page.getByRole('button', { name: keysEn.here.unlock }).click()
    await page.getByText(keysEn.here.keyed).waitFor()

    const used = await visitWithKey(app, { path: `/#enrol=${code}` })
    await press(used, keysEn.enrol.make)
    await says(used, 'ERR_ENROL_CODE')
    assert.deepEqual(await used.authenticator.credentials(), [], 'no passkey for nothing')
    await used.page.getByRole('textbox', { name: keysEn.enrol.code }).fill('7Q2M-K0ZD')
    await press(used, keysEn.enrol.make)
    await used.page.getByText(keysEn.enrol.badCode).waitFor()
    assert.deepEqual([...ann.trouble, ...used.trouble], [])
    await Promise.all([ann.leave(), used.leave()])
  })

  await t.test('a user moves to another terminal, and releases the one before', async (t) => {
    const proxy = await proxyTo(app.served.origin)
    t.after(() => proxy.close())
    const bea = await enrolled(app, 'bea')
    const { page } = bea
    await page.goto(byName(proxy.origin))
    await signInHere(bea)
    const other = page.getByRole('button', { name: /^Release terminal/ })
    await other.click()
    await page.getByText(keysEn.here.nowhere).waitFor()
    await page.goto(origin)
    await page.getByText(en.home.user.ended('bea@localhost')).waitFor()
    await toKeys(bea)
    await says(bea, 'ERR_BINDING_RELEASED')
    await signInHere(bea)
    await press(bea, keysEn.here.release)
    await page.getByRole('button', { name: keysEn.signIn }).waitFor()
    await page.reload()
    await page.getByText(en.home.user.body).waitFor()
    assert.deepEqual(
      bea.trouble.filter((each) => !each.startsWith('request')),
      [],
    )
    await bea.leave()
  })

  await t.test('a terminal passes from one user to the next, and an operator ends it', async () => {
    const cat = await enrolled(app, 'cat')
    const { page } = cat
    await press(cat, keysEn.here.release)
    await press(cat, keysEn.enrolLink)
    await cat.page
      .getByRole('textbox', { name: keysEn.enrol.code })
      .fill(await operator.invite('dan'))
    await makeKey(cat)
    await page.getByText('dan@localhost').waitFor()
    // cat's passkey cannot release dan
    await page.reload()
    const both = await cat.authenticator.credentials()
    await cat.authenticator.remove(both.find(({ userName }) => userName === 'dan@localhost')!)
    await toKeys(cat)
    await press(cat, keysEn.here.release)
    await page.getByText(keysEn.told.strangers.what).waitFor()
    const { bindings } = (await operator.call('GET', '/bindings?limit=500')) as {
      readonly bindings: readonly { readonly terminal: string; readonly user: string }[]
    }
    const { terminal } = bindings.find(({ user }) => user === 'dan@localhost')!
    await operator.call('POST', `/bindings/${terminal}/release`, { reason: 'closing time' })
    await page.getByText('closing time').waitFor()
    await says(cat, 'ERR_BINDING_FORCED')
    await signInHere(cat)
    await page.getByText('cat@localhost').waitFor()
    assert.deepEqual(cat.trouble, [])
    await cat.leave()
  })

  await t.test('a second passkey, one revoked, and the only one not', async () => {
    const eve = await enrolled(app, 'eve')
    const { page } = eve
    await press(eve, keysEn.list.add)
    await page.getByText(keysEn.told.same.what).waitFor()
    const stick = await authenticatorOf(page, { transport: 'usb' })
    await eve.authenticator.isThere(false)
    await press(eve, keysEn.list.add)
    await page.getByText(keysEn.list.added).waitFor()
    assert.equal((await stick.credentials()).length, 1)
    await eve.authenticator.unplug()
    await page.reload()
    await toKeys(eve)
    await press(eve, keysEn.here.unlock)
    await page.getByText(keysEn.here.keyed).waitFor()
    const rows = page.locator('li.contact:has(h3:text-matches("passkey", "i"))')
    const first = rows.filter({ hasNotText: keysEn.list.here })
    await first.getByRole('button').click()
    await page.getByRole('dialog').getByRole('button', { name: keysEn.list.revoke }).click()
    await page.getByText(keysEn.list.revoked).waitFor()
    await page.locator('li.contact.gone').waitFor()
    await rows.filter({ hasText: keysEn.list.here }).getByRole('button').click()
    await page.getByRole('dialog').getByRole('button', { name: keysEn.list.revoke }).click()
    await page.getByText(keysEn.told.last.what).waitFor()
    await eve.leave()
  })

  await t.test('a recovery code makes a new key in another browser, once', async () => {
    const fay = await enrolled(app, 'fay')
    const again = await visitWithKey(app, { path: `/#enrol=${fay.recovery}` })
    const next = await makeKey(again)
    assert.notEqual(next, fay.recovery)
    await again.page.getByText('fay@localhost').waitFor()
    await again.page.getByRole('button', { name: /^Release terminal/ }).click()
    await fay.page.getByText(keysEn.ended.heading('fay@localhost')).waitFor()
    await says(fay, 'ERR_BINDING_RELEASED')
    assert.deepEqual([...fay.trouble, ...again.trouble], [])
    await Promise.all([fay.leave(), again.leave()])
  })

  await t.test('two tabs are one terminal', async () => {
    const gus = await enrolled(app, 'gus')
    const second = await gus.page.context().newPage()
    await second.goto(origin)
    await second.getByText(en.home.user.otherTab('gus@localhost')).waitFor()
    await second.getByRole('button', { name: en.home.user.more }).first().click()
    await second.getByRole('button', { name: keysEn.otherTab.take }).click()
    await second.getByRole('heading', { name: keysEn.here.locked }).waitFor()
    await gus.page.getByText(keysEn.otherTab.body('gus@localhost')).waitFor()
    await second.close()
    await gus.page.getByRole('heading', { name: keysEn.here.locked }).waitFor()
    assert.deepEqual(gus.trouble, [])
    await gus.leave()
  })

  await t.test(
    'no secrets, no passkeys, another name: each says so, and what else there is',
    async () => {
      const code = await operator.invite('hal')
      const plain = await visitWithKey(app, { path: `/#enrol=${code}`, prf: false })
      await press(plain, keysEn.enrol.make)
      await says(plain, 'ERR_PASSKEY_NONE')
      await plain.page.getByText('hufu key new').waitFor()
      // the invitation is still good
      await plain.authenticator.unplug()
      const better = await authenticatorOf(plain.page)
      await makeKey(plain)
      await better.isThere(false)
      await plain.page.reload()
      await toKeys(plain)
      await press(plain, keysEn.here.unlock)
      await says(plain, 'ERR_PASSKEY_CANCELLED')
      const elsewhere = origin.replace('localhost', 'hufu.localhost')
      await better.isThere(true)
      await plain.page.goto(elsewhere)
      await toKeys(plain)
      await press(plain, keysEn.signIn)
      await says(plain, 'ERR_PASSKEY_CANCELLED')
      await plain.page.getByText(keysEn.ways.host('hufu.localhost')).waitFor()
      await plain.leave()

      const address = await visit(app)
      await toKeys(address)
      await address.page.getByText(keysEn.told.address.what).waitFor()
      await address.page.getByText('hufu signin').waitFor()
      await address.leave()

      const without = await visit(app, { origin })
      await without.page.addInitScript('delete window.PublicKeyCredential')
      await without.page.reload()
      await toKeys(without)
      await without.page.getByText(keysEn.told.browser.what).waitFor()
      await without.leave()
    },
  )

  await t.test('what the server exchanges, or alters, does not open', async () => {
    const [ida, joe] = [await enrolled(app, 'ida'), await enrolled(app, 'joe')]
    const database = new DatabaseSync(join(app.served.data, 'hufu.db'))
    const credential = await idOf(ida)
    const blobOf = (of: Uint8Array): Uint8Array =>
      database.prepare('select sealed from passkeys where credential = ?').get(of)![
        'sealed'
      ] as Uint8Array
    const own = blobOf(credential)
    const altered = own.slice()
    altered[40]! ^= 1
    for (const blob of [blobOf(await idOf(joe)), altered, own.subarray(1)]) {
      database.prepare('update passkeys set sealed = ? where credential = ?').run(blob, credential)
      await ida.page.reload()
      await toKeys(ida)
      await press(ida, keysEn.here.unlock)
      await says(ida, 'ERR_PASSKEY_BLOB')
    }
    database
      .prepare('update passkeys set sealed = ?, host = ? where credential = ?')
      .run(own, 'hufu.example', credential)
    await press(ida, keysEn.here.unlock)
    await says(ida, 'ERR_PASSKEY_HOST')
    database.close()
    await Promise.all([ida.leave(), joe.leave()])
  })
})

async function press({ page }: Visitor, name: string): Promise<void> {
  await page.getByRole('button', { name, exact: true }).click()
}

async function says({ page }: Visitor, code: string): Promise<void> {
  await page.getByText(code, { exact: true }).waitFor()
}

async function idOf({ authenticator }: UserVisitor): Promise<Uint8Array> {
  const [held] = await authenticator.credentials()
  return Buffer.from(held!.credentialId, 'base64')
}

/** Reads all that the page keeps, as any script of its origin could. */
const READ_ALL = `(async () => {
  const answer = (request) => new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
  const database = await answer(indexedDB.open('hufu'))
  let text = JSON.stringify({ ...localStorage }) + JSON.stringify({ ...sessionStorage })
  for (const name of database.objectStoreNames) {
    const records = await answer(database.transaction(name).objectStore(name).getAll())
    text += JSON.stringify(records, (_, value) =>
      value instanceof Uint8Array ? new TextDecoder().decode(value) : value)
  }
  database.close()
  return text
})()`

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { en } from '../../packages/web/src/strings/en.ts'
import { startApp } from './support/app.ts'
import { needsBrowser } from './support/browser.ts'
import {
  hears,
  leaveSession,
  pairVisitors,
  say,
  sessionOver,
  talking,
  visit,
  type Visitor,
} from './support/visitor.ts'

test('people who know each other', async (t) => {
  if (!needsBrowser(t)) return
  const app = await startApp(t)

  await t.test('remember, meet again, rename, forget', async () => {
    const [ann, bob] = await pairVisitors(app)
    await remember(ann, '小虎')
    await remember(bob, 'Ann')
    await ann.page.getByText(en.talk.remembered('小虎'), { exact: true }).waitFor()
    await bob.page.getByText(en.talk.remembered('Ann'), { exact: true }).waitFor()
    await leaveSession(ann)
    await Promise.all([sessionOver(ann), sessionOver(bob)])

    for (let time = 0; time < 2; time++) {
      await Promise.all([meet(ann, '小虎'), meet(bob, 'Ann')])
      await Promise.all([talking(ann), talking(bob)])
      await say(ann, `again ${time}`)
      await hears(bob, `again ${time}`)
      await leaveSession(bob)
      await Promise.all([sessionOver(ann), sessionOver(bob)])
    }

    await contacts(ann)
    await press(ann, en.contacts.renameName('小虎'))
    await ann.page.getByRole('textbox', { name: en.contacts.newName }).fill('Tiger')
    await press(ann, en.act.save)
    await Promise.all([meet(ann, 'Tiger'), meet(bob, 'Ann')])
    await Promise.all([talking(ann), talking(bob)])
    await leaveSession(ann)
    await sessionOver(bob)

    await contacts(bob)
    await press(bob, en.contacts.forgetName('Ann'))
    await bob.page.getByRole('dialog').getByRole('button', { name: en.contacts.forget }).click()
    await bob.page.getByText(en.contacts.none).waitFor()
    await bob.page.reload()
    await contacts(bob)
    await bob.page.getByText(en.contacts.none).waitFor()
    assert.deepEqual([...ann.trouble, ...bob.trouble], [])
    await Promise.all([ann.leave(), bob.leave()])
  })

  await t.test('nothing that is kept can be read by a script', async () => {
    const [ann, bob] = await pairVisitors(app)
    await say(ann, 'a-text-to-look-for')
    await hears(bob, 'a-text-to-look-for')
    await remember(ann, 'Bob')
    await remember(bob, 'Ann')
    await ann.page.getByText(en.talk.remembered('Bob'), { exact: true }).waitFor()
    const kept = await ann.page.evaluate<Kept>(READ_ALL)
    assert.deepEqual(kept.keys, [false])
    assert.ok(kept.stores.includes('contacts 1') && kept.stores.includes('kept 1'), kept.text)
    assert.ok(!kept.text.includes('a-text-to-look-for'))
    assert.ok(kept.text.includes('nonce'))
    await Promise.all([ann.leave(), bob.leave()])
  })

  await t.test('ring by name: declined, wrong, answered', async () => {
    const [waiting, ringing] = await Promise.all([visit(app), visit(app)])
    await press(waiting, en.home.listen)
    await waiting.page.getByRole('textbox', { name: en.name.under }).fill('Workshop')
    await press(waiting, en.name.listen)
    await waiting.page.getByRole('heading', { name: en.pairing.listening('workshop') }).waitFor()

    await ring(ringing, 'workshop', 'open sesame')
    await waiting.page.getByRole('heading', { name: en.pairing.rings('Ringer') }).waitFor()
    await press(waiting, en.pairing.decline)
    await waiting.page.getByRole('heading', { name: en.pairing.listening('workshop') }).waitFor()
    await press(ringing, en.act.cancel) // who is declined is not told: it looks as if nobody were there

    await ring(ringing, 'workshop', 'open sesame')
    await answer(waiting, 'another passphrase')
    await waiting.page.getByText(en.pairing.stillListening).waitFor()
    await press(ringing, en.act.again)

    await ring(ringing, 'workshop', '芝麻 开门')
    await answer(waiting, '芝麻 开门')
    await Promise.all([talking(waiting), talking(ringing)])
    await waiting.page.getByRole('heading', { name: 'Ringer' }).waitFor()
    await say(ringing, 'good morning')
    await hears(waiting, 'good morning')
    await Promise.all([waiting.leave(), ringing.leave()])
  })
})

async function press({ page }: Visitor, name: string): Promise<void> {
  await page.getByRole('button', { name, exact: true }).click()
}

async function remember(visitor: Visitor, name: string): Promise<void> {
  await press(visitor, en.talk.remember)
  const dialog = visitor.page.getByRole('dialog')
  await dialog.getByRole('textbox', { name: en.talk.rememberName }).fill(name)
  await dialog.getByRole('button', { name: en.talk.remember, exact: true }).click()
  await dialog.waitFor({ state: 'detached' })
}

async function contacts({ page }: Visitor): Promise<void> {
  const start = page.getByRole('button', { name: en.act.home, exact: true })
  if (await start.isVisible()) await start.click()
  await page.getByRole('navigation').getByRole('button', { name: en.nav.contacts }).click()
  await page.getByRole('heading', { level: 1, name: en.contacts.heading }).waitFor()
}

async function meet(visitor: Visitor, name: string): Promise<void> {
  await contacts(visitor)
  await press(visitor, en.contacts.meetName(name))
}

async function ring(visitor: Visitor, name: string, passphrase: string): Promise<void> {
  const start = visitor.page.getByRole('button', { name: en.home.ring, exact: true })
  if (await start.isVisible()) await start.click()
  await visitor.page.getByRole('textbox', { name: en.name.whom }).fill(name)
  await visitor.page.getByLabel(en.name.passphrase, { exact: true }).fill(passphrase)
  await visitor.page.getByRole('textbox', { name: en.name.self }).fill('Ringer')
  await press(visitor, en.name.ring)
}

async function answer(visitor: Visitor, passphrase: string): Promise<void> {
  await visitor.page.getByRole('heading', { name: en.pairing.rings('Ringer') }).waitFor()
  await visitor.page.getByLabel(en.pairing.question, { exact: true }).fill(passphrase)
  await press(visitor, en.pairing.answer)
}

interface Kept {
  /** Whether each key may be read out. */
  readonly keys: readonly boolean[]
  /** Names of the stores with how many records they have. */
  readonly stores: readonly string[]
  /** Everything, as far as a script can print it, octets as text. */
  readonly text: string
}

/** Reads all that the page keeps, as any script of its origin could. */
const READ_ALL = `(async () => {
  const answer = (request) => new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
  const database = await answer(indexedDB.open('hufu'))
  const keys = [], stores = []
  let text = JSON.stringify({ ...localStorage }) + JSON.stringify({ ...sessionStorage })
  for (const name of database.objectStoreNames) {
    const records = await answer(database.transaction(name).objectStore(name).getAll())
    stores.push(name + ' ' + records.length)
    for (const record of records) if (record instanceof CryptoKey) keys.push(record.extractable)
    text += JSON.stringify(records, (_, value) =>
      value instanceof Uint8Array ? new TextDecoder().decode(value) : value)
  }
  database.close()
  return { keys, stores, text }
})()`

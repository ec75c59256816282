import assert from 'node:assert/strict'
import { test } from 'node:test'
import { en } from '../../packages/web/src/strings/en.ts'
import { keysEn } from '../../packages/web/src/strings/keys/en.ts'
import { shellsAt } from '../support/shells.ts'
import { needsBrowser } from './support/browser.ts'
import { enrolled, makeKey, startUsersApp, visitWithKey } from './support/users.ts'
import {
  delivered,
  hears,
  leaveSession,
  say,
  sessionOver,
  talking,
  visit,
  type Visitor,
} from './support/visitor.ts'

const SPOKEN = 'the quick brown fox'

test('users ring each other', async (t) => {
  if (!needsBrowser(t)) return
  const app = await startUsersApp(t)
  const { origin, operator } = app
  const [ann, bea] = [await enrolled(app, 'ann'), await enrolled(app, 'bea')]

  await t.test('by user ID, and each sees who the other is, also after a reload', async () => {
    await ring(ann, 'Bea@localhost')
    await answer(bea, 'ann@localhost', SPOKEN)
    await Promise.all([talking(ann), talking(bea)])
    await ann.page.getByText(keysEn.who.verified('bea@localhost', keysEn.kinds.passkey)).waitFor()
    await ann.page.getByText(keysEn.who.first).waitFor()
    await bea.page.getByRole('heading', { name: 'ann@localhost' }).waitFor()
    await bea.page.getByText(keysEn.who.badge, { exact: true }).waitFor()
    await say(ann, 'before')
    await hears(bea, 'before')
    await bea.page.reload()
    await bea.page.getByText(en.talk.returned).waitFor()
    await bea.page.getByText(keysEn.who.verified('ann@localhost', keysEn.kinds.passkey)).waitFor()
    await say(bea, 'after')
    await hears(ann, 'after')
    await ann.page.reload()
    await ann.page.getByText(en.talk.returned).waitFor()
    await say(bea, 'and again')
    await hears(ann, 'and again')
    await leaveSession(ann)
    await sessionOver(bea)
    assert.deepEqual([...ann.trouble, ...bea.trouble], [])
  })

  await t.test('who is met stands among the contacts, until forgotten', async () => {
    const { page } = ann
    await press(ann, en.act.home)
    await page.getByRole('navigation').getByRole('button', { name: en.nav.contacts }).click()
    const met = page.getByRole('region', { name: keysEn.met.heading })
    await met.getByText('bea@localhost').waitFor()
    await met.getByRole('button', { name: keysEn.met.forgetName('bea@localhost') }).click()
    await page.getByRole('dialog').getByRole('button', { name: keysEn.met.forget }).click()
    await met.getByText(keysEn.met.forgotten('bea@localhost')).waitFor()
    assert.equal(await met.getByRole('listitem').count(), 0)
  })

  await t.test('in vain, and by somebody with another passphrase', async () => {
    await press(bea, en.act.home)
    await fillRing(ann, 'bea@localhost')
    // both pages were reloaded: their keys are not at hand
    await ann.page.getByText(keysEn.who.locked('ann@localhost')).waitFor()
    await press(ann, keysEn.here.unlock)
    await ann.page.getByText(keysEn.who.unlocked('ann@localhost')).waitFor()
    await press(ann, en.name.ring)
    await bea.page.getByRole('heading', { name: en.pairing.rings('ann@localhost') }).waitFor()
    await bea.page.getByText(keysEn.who.locked('bea@localhost')).waitFor()
    await press(bea, keysEn.here.unlock)
    await bea.page.getByText(keysEn.who.unlocked('bea@localhost')).waitFor()
    await press(bea, en.pairing.decline)
    await bea.page.getByText(en.home.user.here('bea@localhost')).waitFor()
    await press(ann, en.act.cancel)
    await ring(ann, 'bea@localhost')
    await answer(bea, 'ann@localhost', 'another passphrase')
    await ann.page.getByRole('button', { name: en.act.again }).waitFor()
    await says(bea, 'ERR_PAIR_GUESSED')
    await press(bea, en.act.home)
    await press(ann, en.act.home)
  })

  await t.test('from a shell, which sees the passkey as it sees the shell’s key', async (t) => {
    const shells = shellsAt(origin, { HUFU_KEY_PASSPHRASE: 'correct horse battery' })
    t.after(() => shells.close())
    const shell = await shells.open()
    const made = await shell.run('key new', { env: { HUFU_CODE: await operator.invite('cid') } })
    assert.equal(made.exit, 0)
    const talk = shell.start('pair --to bea@localhost --key default', {
      env: { HUFU_CODE: SPOKEN },
    })
    await answer(bea, 'cid@localhost', SPOKEN)
    await talking(bea)
    await bea.page.getByText(keysEn.who.verified('cid@localhost', keysEn.kinds.software)).waitFor()
    const identified = await talk.event(({ event }) => event === 'identified')
    assert.deepEqual(
      [identified['user'], identified['verified'], identified['kind']],
      ['bea@localhost', true, 'passkey'],
    )
    talk.child.stdin!.write('from a shell\n')
    await hears(bea, 'from a shell')
    await say(bea, 'from a page')
    await delivered(bea)
    await leaveSession(bea)
    await talk.ended
    await press(bea, en.act.home)
  })

  await t.test('who shows no key is not taken for anybody', async () => {
    const nobody = await visit(app, { origin })
    await ring(nobody, 'bea@localhost')
    await answer(bea, undefined, SPOKEN)
    await Promise.all([talking(nobody), talking(bea)])
    await bea.page.getByText(keysEn.who.nobody).waitFor()
    await nobody.page.getByText(keysEn.who.claimed('bea@localhost')).waitFor()
    await leaveSession(nobody)
    await sessionOver(bea)
    await press(bea, en.act.home)
    await nobody.leave()
  })

  await t.test('a changed key is an alarm, and taken only if it is accepted', async () => {
    await ring(ann, 'bea@localhost')
    await answer(bea, 'ann@localhost', SPOKEN)
    await talking(ann)
    await leaveSession(ann)
    await sessionOver(bea)
    await press(ann, en.act.home)
    await bea.leave()
    const again = await visitWithKey(app, { path: `/#enrol=${bea.recovery}` })
    await makeKey(again)
    for (const choice of [keysEn.alarm.refuse, keysEn.alarm.accept]) {
      await ring(ann, 'bea@localhost')
      await answer(again, 'ann@localhost', SPOKEN)
      const alarm = ann.page.getByRole('dialog', { name: keysEn.alarm.heading('bea@localhost') })
      await alarm.getByRole('button', { name: choice }).click()
      if (choice === keysEn.alarm.accept) break
      await says(ann, 'ERR_IDENTITY_CHANGED')
      await press(ann, en.act.home)
      await again.page.getByRole('button', { name: en.act.home }).click()
    }
    await talking(ann)
    await ann.page.getByText(/now with another key that you have accepted/).waitFor()
    await Promise.all([ann.leave(), again.leave()])
  })
})

async function press({ page }: Visitor, name: string): Promise<void> {
  await page.getByRole('button', { name, exact: true }).click()
}

async function says({ page }: Visitor, code: string): Promise<void> {
  await page.getByText(code, { exact: true }).waitFor()
}

async function ring(visitor: Visitor, user: string): Promise<void> {
  await fillRing(visitor, user)
  await press(visitor, en.name.ring)
}

async function fillRing(visitor: Visitor, user: string): Promise<void> {
  const { page } = visitor
  const name = page.getByRole('banner').getByRole('button', { name: /hufu/ })
  if (await name.isVisible()) await name.click()
  await press(visitor, en.home.ring)
  await page.getByRole('textbox', { name: en.name.whom }).fill(user)
  await page.getByLabel(en.name.passphrase, { exact: true }).fill(SPOKEN)
}

/** Answers whoever rings; `from`: what they call themselves. */
async function answer(visitor: Visitor, from: string | undefined, words: string): Promise<void> {
  const { page } = visitor
  await page.getByRole('heading', { name: en.pairing.rings(from ?? en.pairing.somebody) }).waitFor()
  await page.getByLabel(en.pairing.question, { exact: true }).fill(words)
  await press(visitor, en.pairing.answer)
}

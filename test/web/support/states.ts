import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { BrowserContextOptions, Page } from 'playwright-core'
import { en } from '../../../packages/web/src/strings/en.ts'
import type { Text } from '../../../packages/web/src/strings/text.ts'
import { zh } from '../../../packages/web/src/strings/zh.ts'
import type { App } from './app.ts'
import { visit, type Visitor } from './visitor.ts'

/** A language of the app, as browsers ask for it. */
export const LANGUAGES: readonly Spoken[] = [
  { locale: 'en-GB', tag: 'en', text: en },
  { locale: 'zh-CN', tag: 'zh-Hans', text: zh },
]

export interface Spoken {
  readonly locale: string
  readonly tag: string
  readonly text: Text
}

/**
 * Walks through the app and calls `look` at every state of every screen, with its name.
 *
 * @param folder for files that are sent on the way
 */
export async function everyState(
  app: App,
  spoken: Spoken,
  options: BrowserContextOptions & { readonly folder: string },
  look: (name: string, page: Page) => Promise<void>,
): Promise<void> {
  const { folder, ...rest } = options
  const { text } = spoken
  const [ann, bob] = await Promise.all([
    visit(app, { ...rest, locale: spoken.locale }),
    visit(app, { ...rest, locale: spoken.locale }),
  ])
  const { page } = ann
  await look('home', page)
  await alone(ann, text, look)
  await failed(ann, text, look)
  await named(ann, bob, text, look)

  await press(page, text.home.openButton)
  await page.locator('.big-code .code').waitFor()
  await page.locator('.qr, svg[role=img]').first().waitFor()
  await look('open', page)
  const code = (await page.locator('.big-code .code').textContent()) ?? ''
  await bob.page.getByRole('textbox', { name: text.code.label }).fill(code)
  await press(bob.page, text.code.join)
  const message = { name: text.talk.message }
  await Promise.all([ann, bob].map((one) => one.page.getByRole('textbox', message).waitFor()))
  await look('words', page)
  await talked(ann, bob, text, folder, look)
  await Promise.all([ann.leave(), bob.leave()])
}

type Look = (name: string, page: Page) => Promise<void>

async function alone({ page }: Visitor, text: Text, look: Look): Promise<void> {
  await press(page, text.nav.contacts)
  await page.getByText(text.contacts.none).waitFor()
  await look('contacts-none', page)
  await press(page, text.nav.about)
  await page.getByRole('heading', { level: 1, name: text.about.heading }).waitFor()
  await look('about', page)
  await page.goBack()
  await page.goBack()
  await press(page, text.home.ring)
  await page.getByRole('textbox', { name: text.name.whom }).waitFor()
  await press(page, text.name.ring)
  await page.getByText(text.name.badName).waitFor()
  await look('ring-form', page)
  await page.goBack()
}

async function failed({ page }: Visitor, text: Text, look: Look): Promise<void> {
  const code = page.getByRole('textbox', { name: text.code.label })
  await code.fill('4821-tengo-orbit-lilac')
  await press(page, text.code.join)
  await page.getByRole('button', { name: text.code.use('tango') }).waitFor()
  await look('slip', page)
  await press(page, text.code.use('tango'))
  await page.getByRole('button', { name: text.act.again }).waitFor()
  await look('failed', page)
  await press(page, text.act.home)
}

async function named(ann: Visitor, bob: Visitor, text: Text, look: Look): Promise<void> {
  const { page } = ann
  // Each walk takes a name of its own: a name belongs to the browser that took it first.
  const name = `room-${Math.random().toString(36).slice(2, 8)}`
  await press(page, text.home.listen)
  await page.getByRole('textbox', { name: text.name.under }).fill(name)
  await look('listen-form', page)
  await press(page, text.name.listen)
  await page.getByRole('heading', { name: text.pairing.listening(name) }).waitFor()
  await look('listening', page)
  await press(bob.page, text.home.ring)
  await bob.page.getByRole('textbox', { name: text.name.whom }).fill(name)
  await bob.page.getByLabel(text.name.passphrase, { exact: true }).fill('open sesame')
  await bob.page.getByRole('textbox', { name: text.name.self }).fill('小明')
  await press(bob.page, text.name.ring)
  await page.getByRole('heading', { name: text.pairing.rings('小明') }).waitFor()
  await look('rung', page)
  await look('ringing', bob.page)
  await press(page, text.pairing.decline)
  await press(page, text.act.cancel)
  await press(bob.page, text.act.cancel)
}

async function talked(
  ann: Visitor,
  bob: Visitor,
  text: Text,
  folder: string,
  look: Look,
): Promise<void> {
  const { page } = ann
  await press(page, text.words.same)
  await say(page, text, 'Have you got the photos?')
  await say(bob.page, text, '有，马上发给你。')
  await page.getByText('马上发给你').waitFor()
  await page.getByText(text.talk.delivered, { exact: true }).waitFor()
  const photo = join(folder, '照片 2026.jpg')
  await writeFile(photo, new Uint8Array(1_234_567))
  await bob.page.locator('input[type=file]').first().setInputFiles(photo)
  const save = page.getByRole('button', { name: `${text.file.accept}: 照片 2026.jpg`, exact: true })
  await save.waitFor()
  await look('offered', page)
  await save.click()
  await page.getByText(text.file.received, { exact: true }).waitFor()
  await bob.page.getByText(text.file.sent, { exact: true }).waitFor()
  await look('talk', page)
  await look('talk-other', bob.page)
  await remember(page, text, '小明', look)
  await remember(bob.page, text, 'Ann')
  await page.getByText(text.talk.remembered('小明'), { exact: true }).waitFor()
  await press(page, text.talk.leave)
  await page.getByRole('dialog').waitFor()
  await look('leave', page)
  await page.getByRole('dialog').getByRole('button', { name: text.talk.leave, exact: true }).click()
  await page.getByRole('heading', { name: text.talk.over }).waitFor()
  await look('over', page)
  await press(page, text.act.home)
  await page.getByRole('button', { name: text.contacts.meetName('小明') }).waitFor()
  await look('home-contacts', page)
  await press(page, text.nav.contacts)
  await press(page, text.contacts.renameName('小明'))
  await look('rename', page)
  await press(page, text.act.cancel)
  await look('contacts', page)
  await press(page, text.contacts.meetName('小明'))
  await page.getByRole('heading', { name: text.pairing.waiting('小明') }).waitFor()
  await look('waiting', page)
}

async function remember(page: Page, text: Text, name: string, look?: Look): Promise<void> {
  await press(page, text.talk.remember)
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('textbox', { name: text.talk.rememberName }).fill(name)
  await look?.('remember', page)
  await dialog.getByRole('button', { name: text.talk.remember, exact: true }).click()
  await dialog.waitFor({ state: 'detached' })
}

async function say(page: Page, text: Text, said: string): Promise<void> {
  await page.getByRole('textbox', { name: text.talk.message }).fill(said)
  await press(page, text.talk.send)
}

async function press(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name, exact: true }).click()
}

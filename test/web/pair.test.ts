import assert from 'node:assert/strict'
import { test } from 'node:test'
import { en } from '../../packages/web/src/strings/en.ts'
import { codeOf, hufu } from '../support/hufu.ts'
import { startApp, temporaryFolder } from './support/app.ts'
import { needsBrowser } from './support/browser.ts'
import {
  compare,
  conversation,
  delivered,
  hears,
  joinSession,
  leaveSession,
  openSession,
  pairVisitors,
  say,
  sessionOver,
  talking,
  visit,
  wordsOf,
} from './support/visitor.ts'

test('two meet by a code', async (t) => {
  if (!needsBrowser(t)) return
  const app = await startApp(t)

  await t.test('browser and browser: words, texts, typing, delivery, the end', async () => {
    const [opener, joiner] = await pairVisitors(app)
    assert.equal((await wordsOf(opener)).length, 4)
    assert.deepEqual(await wordsOf(opener), await wordsOf(joiner))
    await compare(opener)
    await compare(joiner)
    await say(opener, 'Hello,\nhalf of a tiger')
    await hears(joiner, 'half of a tiger')
    await delivered(opener)
    await joiner.page.getByRole('textbox', { name: en.talk.message }).pressSequentially('你好')
    await opener.page.getByText(en.talk.typing).waitFor()
    await joiner.page.keyboard.press('Enter')
    await hears(opener, '你好')
    await say(opener, '<b>no markup</b> &amp; no script')
    await hears(joiner, '<b>no markup</b> &amp; no script')
    assert.deepEqual(await conversation(joiner), [
      'other: Hello,\nhalf of a tiger',
      'me: 你好',
      'other: <b>no markup</b> &amp; no script',
    ])
    await leaveSession(opener)
    await Promise.all([sessionOver(opener), sessionOver(joiner)])
    assert.deepEqual([...opener.trouble, ...joiner.trouble], [])
    await Promise.all([opener.leave(), joiner.leave()])
  })

  await t.test('a link carries the code, and leaves no trace of it in the address', async () => {
    const opener = await visit(app)
    const code = await openSession(opener)
    const joiner = await visit(app, { path: `/#${code}` })
    assert.equal(await joiner.page.evaluate('location.href'), `${app.served.origin}/`)
    const typed = joiner.page.getByRole('textbox', { name: en.code.label })
    assert.equal(await typed.inputValue(), code)
    await joiner.page.getByRole('button', { name: en.code.join, exact: true }).click()
    await Promise.all([talking(opener), talking(joiner)])
    await joiner.page.goBack().catch(() => undefined)
    assert.ok(!joiner.page.url().includes(code.split('-')[1]!))
    await Promise.all([opener.leave(), joiner.leave()])
  })

  await t.test('wrong words: both are told, and the code is spent', async () => {
    const opener = await visit(app)
    const joiner = await visit(app)
    const [slot] = (await openSession(opener)).split('-')
    await joinSession(joiner, `${slot}-tango-orbit-lilac`)
    await joiner.page.getByRole('heading', { name: en.errors.ERR_PAIR_REFUSED.what }).waitFor()
    await opener.page.getByRole('heading', { name: en.errors.ERR_PAIR_GUESSED.what }).waitFor()
    await Promise.all([opener.leave(), joiner.leave()])
  })

  await t.test('a slip of the tongue is mended before the one try is spent', async () => {
    const joiner = await visit(app)
    await joinSession(joiner, '4821-tengo-orbit-lilac')
    await joiner.page.getByText(en.code.meant('tengo', 'tango')).waitFor()
    await joiner.page.getByRole('button', { name: en.code.use('tango') }).waitFor()
    await joinSession(joiner, 'nothing like it')
    await joiner.page.getByText(en.code.malformed).waitFor()
    await joiner.leave()
  })

  await t.test('a shell joins the browser', async (t) => {
    const opener = await visit(app)
    const code = await openSession(opener)
    const home = { HUFU_HOME: await temporaryFolder(t) }
    const shell = hufu(['pair', code, '--server', app.served.origin], home)
    const { words } = await shell.event(({ event }) => event === 'paired')
    await talking(opener)
    assert.deepEqual(await wordsOf(opener), words)
    await say(opener, 'from the browser')
    await shell.event(({ event, text }) => event === 'text' && text === 'from the browser')
    shell.child.stdin?.write('from the shell\n')
    await hears(opener, 'from the shell')
    await leaveSession(opener)
    await sessionOver(opener)
    assert.equal(await shell.ended, 0)
    assert.deepEqual(opener.trouble, [])
    await opener.leave()
  })

  await t.test('the browser joins a shell', async (t) => {
    const home = { HUFU_HOME: await temporaryFolder(t) }
    const shell = hufu(['pair', '--server', app.served.origin], home)
    const joiner = await visit(app)
    await joinSession(joiner, await codeOf(shell))
    const { words } = await shell.event(({ event }) => event === 'paired')
    await talking(joiner)
    assert.deepEqual(await wordsOf(joiner), words)
    shell.child.stdin?.end('only this\n')
    await hears(joiner, 'only this')
    await sessionOver(joiner) // a shell leaves when it has nothing more to say
    assert.equal(await shell.ended, 0)
    await joiner.leave()
  })

  await t.test('words that differ end the session at once', async () => {
    const [opener, joiner] = await pairVisitors(app)
    await opener.page.getByRole('button', { name: en.words.differ }).click()
    await opener.page.getByRole('heading', { name: en.words.differHeading }).waitFor()
    await sessionOver(joiner)
    await Promise.all([opener.leave(), joiner.leave()])
  })
})

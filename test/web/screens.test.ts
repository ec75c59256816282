import assert from 'node:assert/strict'
import { test } from 'node:test'
import { launch, needsBrowser } from './support/browser.ts'
import { faultsOf } from './support/faults.ts'
import { walkScreens } from './support/walks.ts'

test('every screen of a pairing is fit for everybody, on a desk and on a phone', (t) =>
  walkScreens(t, 'en', 'dark'))

test('whatever is planted in the way is found', async (t) => {
  if (!needsBrowser(t)) return
  const page = await (await launch(t)).newPage()
  const look = async (body: string): Promise<string> => {
    await page.setContent(`<!doctype html><html lang="en"><title>hufu</title><main>${body}</main>`)
    return (await faultsOf(page, 'planted', 'en')).join('\n')
  }
  const button = 'style="width: 44px; height: 44px"'
  assert.equal(await look(`<h1>hufu</h1><button ${button}>ok</button>`), '')
  assert.match(await look(`<button ${button}></button>`), /^planted: button-name at button/)
  assert.match(await look('<p style="background: #fff; color: #eee">pale</p>'), /color-contrast/)
  assert.match(await look('<p style="width: 500px">wide</p>'), /pixels wide, of 360/)
  assert.match(await look('<button style="padding: 0; width: 9px">ok</button>'), /<button.* is 9 ×/)
  await page.setContent('<!doctype html><html lang="zh-Hans"><title>hufu</title><h1>hufu</h1>')
  assert.match((await faultsOf(page, 'planted', 'en')).join(), /planted: not in en/)
})

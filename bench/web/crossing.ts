import { basename } from 'node:path'
import { en } from '../../packages/web/src/strings/en.ts'
import type { Scope } from '../harness/scope.ts'
import type { ServedApp } from './app.ts'
import type { BrowserMemory } from './browser-memory.ts'
import { plainBrowser, type PlainBrowser } from './plain-browser.ts'
import { checkSame, type RandomFile } from './random-file.ts'

/** What came of one file from browser to browser. */
export interface Crossing {
  /** Seconds from the click that takes it until both pages say that it is across. */
  readonly seconds: number
  /** Seconds from that click until it stands in the folder for downloads. */
  readonly downloaded: number
  readonly sender: BrowserMemory
  readonly receiver: BrowserMemory
}

/**
 * Sends `file` from one fresh browser to another, which takes it to its downloads.
 *
 * @throws if what was downloaded is not what was sent
 */
export async function crossBrowsers(
  scope: Scope,
  app: ServedApp,
  file: RandomFile,
): Promise<Crossing> {
  const [sender, receiver] = await Promise.all([plainBrowser(scope), plainBrowser(scope)])
  try {
    await meet(sender, receiver, app.server.url)
    const take = `${en.file.accept}: ${basename(file.path)}`
    await sender.choose(`document.querySelector('input[type=file]')`, file.path)
    await receiver.until(button(take))
    const download = receiver.downloaded()
    const started = performance.now()
    const since = (): number => (performance.now() - started) / 1_000
    const [seconds, [path, downloaded]] = await Promise.all([
      Promise.all([sender.until(ACROSS), receiver.until(ACROSS)]).then(since),
      download.then((path) => [path, since()] as const),
      press(receiver, take),
    ])
    const [ofSender, ofReceiver] = await Promise.all([sender.memory(), receiver.memory()])
    await checkSame(path, file)
    return { seconds, downloaded, sender: ofSender, receiver: ofReceiver }
  } finally {
    await Promise.all([sender.close(), receiver.close()])
  }
}

/** The one opens a session, the other follows the link with its code; resolves when the session stands at both. */
async function meet(opener: PlainBrowser, joiner: PlainBrowser, url: string): Promise<void> {
  await opener.open(url)
  await press(opener, en.home.openButton)
  const code = await opener.until(`document.querySelector('.big-code .code')?.textContent`)
  await joiner.open(`${url}/#${String(code)}`)
  await press(joiner, en.code.join)
  const talking = `document.querySelector('.composer textarea') !== null`
  await Promise.all([opener.until(talking), joiner.until(talking)])
}

/** Clicks a button as soon as it is there. */
async function press(browser: PlainBrowser, name: string): Promise<void> {
  await browser.until(button(name))
  await browser.evaluate(`${button(name)}.click()`)
}

/** The button of this name that can be pressed, in a script. */
function button(name: string): string {
  return `[...document.querySelectorAll('button:enabled')].find((button) =>
    (button.ariaLabel ?? button.textContent).trim() === ${JSON.stringify(name)})`
}

/** Whether the one file of the page is across, in a script; throws what the page says if it failed. */
const ACROSS = `(() => {
  const at = (state) => document.querySelector('.bubble.file .stage.' + state)
  if (at('error')) throw new Error(at('error').textContent)
  return at('done') !== null
})()`

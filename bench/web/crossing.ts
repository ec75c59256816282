import { basename } from 'node:path'
import { en } from '../../packages/web/src/strings/en.ts'
import { fileLine, press, send } from '../../test/web/support/transfer.ts'
import { meetByCode } from '../../test/web/support/visitor.ts'
import type { Scope } from '../harness/scope.ts'
import type { ServedApp } from './app.ts'
import { freshBrowser, PATIENCE_MS, type BrowserMemory, type FreshBrowser } from './browser.ts'
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
  const [sender, receiver] = await Promise.all([freshBrowser(scope), freshBrowser(scope)])
  try {
    await Promise.all([sender, receiver].map(({ page }) => page.goto(app.server.url)))
    await meetByCode(sender.visitor, receiver.visitor)
    const name = basename(file.path)
    await send(sender.visitor, file.path)
    await fileLine(receiver.visitor, name).waitFor()
    const started = performance.now()
    const since = (): number => (performance.now() - started) / 1_000
    const download = async (): Promise<readonly [string, number]> => {
      const path = await (await receiver.page.waitForEvent('download')).path()
      return [path, since()]
    }
    const [seconds, [path, downloaded]] = await Promise.all([
      Promise.all([across(sender), across(receiver)]).then(since),
      download(),
      press(receiver.visitor, name, en.file.accept),
    ])
    const [ofSender, ofReceiver] = await Promise.all([sender.memory(), receiver.memory()])
    await checkSame(path, file)
    return { seconds, downloaded, sender: ofSender, receiver: ofReceiver }
  } finally {
    await Promise.all([sender.close(), receiver.close()])
  }
}

/** Resolves when the page says that its one file is across: at once, and not at the next look from outside. */
async function across({ page }: FreshBrowser): Promise<void> {
  await page.evaluate(`new Promise((resolve, reject) => {
    const look = () => {
      const at = (state) => document.querySelector('.bubble.file .stage.' + state)
      if (at('done')) resolve()
      else if (at('error')) reject(new Error(at('error').textContent))
    }
    const changes = { subtree: true, childList: true, attributeFilter: ['class'] }
    new MutationObserver(look).observe(document, changes)
    setTimeout(() => reject(new Error('not across in time')), ${PATIENCE_MS})
    look()
  })`)
}

import type { TestContext } from 'node:test'
import { chromium, type Browser } from 'playwright-core'

/** Debian's own. */
const CHROMIUM = '/usr/bin/chromium'
/** No first-run talk, no requests of the browser's own; the sandbox cannot be had as root. */
const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** A browser that ends with the test. */
export async function launch(t: TestContext, flags: readonly string[] = []): Promise<Browser> {
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: [...FLAGS, ...flags] })
  t.after(() => browser.close())
  return browser
}

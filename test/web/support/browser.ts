import type { TestContext } from 'node:test'
import { chromium, type Browser } from 'playwright-core'

/** Debian's own. */
export const CHROMIUM = '/usr/bin/chromium'
/** No first-run talk, no requests of the browser's own. */
export const QUIET: readonly string[] = [
  '--headless',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** A browser that ends with the test. */
export async function launch(t: TestContext, flags: readonly string[] = []): Promise<Browser> {
  // The sandbox cannot be had as root.
  const args = ['--no-sandbox', ...QUIET, ...flags]
  const browser = await chromium.launch({ executablePath: CHROMIUM, args })
  t.after(() => browser.close())
  return browser
}

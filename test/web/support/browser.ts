import { existsSync } from 'node:fs'
import type { TestContext } from 'node:test'
import { chromium, type Browser } from 'playwright-core'
import { needs } from '../../support/needs.ts'

/** Debian's own. */
export const CHROMIUM = '/usr/bin/chromium'
/** The same engine without menus, tabs and extensions: half the processor time. */
const SHELL = '/usr/bin/chromium-headless-shell'
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

/** Whether there is a browser. If not, the test is skipped and says what is missing. */
export function needsBrowser(t: TestContext): boolean {
  return program() !== undefined || needs(t, 'chromium-headless-shell')
}

/** A browser that ends with the test. */
export async function launch(t: TestContext, flags: readonly string[] = []): Promise<Browser> {
  // The sandbox cannot be had as root.
  const args = ['--no-sandbox', ...QUIET, ...flags]
  const executablePath = program() ?? SHELL
  const browser = await chromium.launch({ executablePath, args })
  t.after(() => browser.close())
  return browser
}

/** `HUFU_TEST_BROWSER` names another, such as the whole Chromium, which the long tests prefer. */
function program(): string | undefined {
  return process.env['HUFU_TEST_BROWSER'] ?? [SHELL, CHROMIUM].find((path) => existsSync(path))
}

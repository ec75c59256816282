import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import type { Browser } from 'playwright-core'
import { serve, type Served } from '../../support/serve.ts'
import { launch } from './browser.ts'
import { builtApp } from './build.ts'

/** The web app as built, served by a `hufu serve` of its own, and a browser to open it in. */
export interface App {
  readonly web: string
  readonly served: Served
  readonly browser: Browser
}

/**
 * Serves and opens; all of it ends with the test.
 *
 * @param flags of Chromium, besides those of {@link launch}
 */
export async function startApp(t: TestContext, flags: readonly string[] = []): Promise<App> {
  const web = await temporaryFolder(t)
  const [, browser] = await Promise.all([builtApp(web), launch(t, flags)])
  const served = await serve({ HUFU_WEB: web })
  t.after(() => served.stop())
  return { web, served, browser }
}

/** A folder that goes when the test does. */
export async function temporaryFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'hufu-web-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  return folder
}

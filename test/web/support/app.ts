import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { Browser } from 'playwright-core'
import { serve, type Served } from '../../support/serve.ts'
import { launch } from './browser.ts'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))

/** The web app as built, served by a `hufu serve` of its own, and a browser to open it in. */
export interface App {
  readonly web: string
  readonly served: Served
  readonly browser: Browser
}

/**
 * Builds, serves and opens; all of it ends with the test.
 *
 * @param flags of Chromium, besides those of {@link launch}
 */
export async function startApp(t: TestContext, flags: readonly string[] = []): Promise<App> {
  const [web, browser] = await Promise.all([buildApp(t), launch(t, flags)])
  const served = await serve({ HUFU_WEB: web })
  t.after(() => served.stop())
  return { web, served, browser }
}

/** Builds the web app into a folder that goes when the test does. */
export async function buildApp(t: TestContext): Promise<string> {
  const folder = await temporaryFolder(t)
  const vite = join(ROOT, 'node_modules', 'vite', 'bin', 'vite.js')
  const web = join(ROOT, 'packages', 'web')
  const args = [vite, 'build', web, '--outDir', folder, '--emptyOutDir', '--logLevel', 'warn']
  await promisify(execFile)(process.execPath, args)
  return folder
}

/** A folder that goes when the test does. */
export async function temporaryFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'hufu-web-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  return folder
}

import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { chromium, type CDPSession, type Page } from 'playwright-core'
import type { Scope } from '../harness/scope.ts'
import { CHROMIUM, FLAGS, PATIENCE_MS } from './chromium.ts'

/** A browser process of its own, with a profile on disk that nobody used before, driven as in the tests. */
export interface FreshBrowser {
  readonly page: Page
  /** DevTools of the page. */
  readonly tools: CDPSession
  /** Ends the browser and deletes its profile. */
  close(): Promise<void>
}

/** Starts Chromium, in English, with an empty page. Nothing in it is in memory that would be on disk for a user. */
export async function freshBrowser(scope: Scope): Promise<FreshBrowser> {
  const profile = await mkdtemp(join(scope.folder, 'profile-'))
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: CHROMIUM,
    args: [...FLAGS],
    locale: 'en-GB',
    viewport: { width: 1280, height: 800 },
  })
  context.setDefaultTimeout(PATIENCE_MS)
  const page = context.pages()[0] ?? (await context.newPage())
  return {
    page,
    tools: await context.newCDPSession(page),
    async close() {
      await context.close()
      await rm(profile, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { chromium, type CDPSession, type Page } from 'playwright-core'
import type { Visitor } from '../../test/web/support/visitor.ts'
import { cpuSoFar, resident } from '../harness/proc.ts'
import type { Scope } from '../harness/scope.ts'

/** Debian's own. */
const CHROMIUM = '/usr/bin/chromium'
/** No first-run talk, no requests of the browser's own, no processes kept in reserve. */
const FLAGS = [
  '--headless',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]
/** Milliseconds that anything in a page may take: a large file on a slow machine too. */
export const PATIENCE_MS = 300_000

/** A browser process of its own, with a profile on disk that nobody used before. */
export interface FreshBrowser {
  readonly page: Page
  /** The page, for what drives pages in the tests. */
  readonly visitor: Visitor
  /** DevTools of the page. */
  readonly tools: CDPSession
  /** Most octets that have been resident so far. */
  memory(): Promise<BrowserMemory>
  /** Ends the browser and deletes its profile. */
  close(): Promise<void>
}

/** Octets; each process counts what it shares with others too. */
export interface BrowserMemory {
  /** The process in which the page and its workers run. */
  readonly page: number
  /** The process that keeps the profile, files and downloads. */
  readonly browser: number
}

/** Starts Chromium, in English, with an empty page. Nothing in it is in memory that would be on disk for a user. */
export async function freshBrowser(scope: Scope): Promise<FreshBrowser> {
  const profile = await mkdtemp(join(scope.folder, 'profile-'))
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: CHROMIUM,
    // The sandbox cannot be had as root.
    args: [...FLAGS, ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])],
    downloadsPath: scope.folder,
    locale: 'en-GB',
    viewport: { width: 1280, height: 800 },
  })
  context.setDefaultTimeout(PATIENCE_MS)
  const page = context.pages()[0] ?? (await context.newPage())
  const tools = await context.newCDPSession(page)
  const whole = await context.browser()!.newBrowserCDPSession()
  const close = async (): Promise<void> => {
    await context.close()
    await rm(profile, { recursive: true, force: true, maxRetries: 5 })
  }
  return {
    page,
    visitor: { page, trouble: [], leave: close },
    tools,
    memory: () => memoryOf(whole),
    close,
  }
}

async function memoryOf(whole: CDPSession): Promise<BrowserMemory> {
  const { processInfo } = await whole.send('SystemInfo.getProcessInfo')
  const most = async (id: number): Promise<number> => (await resident(id))?.most ?? 0
  const browser = processInfo.find(({ type }) => type === 'browser')
  // Chromium has renderers of its own; the page's is the one that has worked.
  const renderers = await Promise.all(
    processInfo
      .filter(({ type }) => type === 'renderer')
      .map(async ({ id }) => ({ id, cpu: await cpuSoFar(id).catch(() => 0) })),
  )
  const [busiest] = renderers.toSorted((a, b) => b.cpu - a.cpu)
  if (browser === undefined || busiest === undefined)
    throw new Error('Chromium does not tell its processes')
  return { page: await most(busiest.id), browser: await most(browser.id) }
}

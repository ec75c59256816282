import { en } from '../../packages/web/src/strings/en.ts'
import { alone, type Figure } from '../harness/figures.ts'
import type { Scope } from '../harness/scope.ts'
import type { ServedApp } from './app.ts'
import { freshBrowser, type FreshBrowser } from './browser.ts'

/** Fresh profiles of each kind. */
export const VISITS = 7
/** How many times slower the page's processor is made. */
const SLOWER = 4
/** Milliseconds within which the page must be usable. */
const USABLE_MS = 1_000

/** How long a first visit takes until the page can be used, on a slow processor and on this one. */
export async function measureUsable(scope: Scope, app: ServedApp): Promise<readonly Figure[]> {
  const slow: number[] = []
  const plain: number[] = []
  for (let visit = 0; visit < VISITS; visit += 1) {
    slow.push(await firstVisit(scope, app, SLOWER))
    plain.push(await firstVisit(scope, app, 1))
  }
  const figure = alone(`page usable, processor ${SLOWER} times slower`, 'ms', slow)
  const text = `at most ${USABLE_MS.toLocaleString('en')} ms`
  return [
    { ...figure, target: { text, met: figure.hufu <= USABLE_MS } },
    alone('page usable, processor as it is', 'ms', plain),
  ]
}

async function firstVisit(scope: Scope, app: ServedApp, slower: number): Promise<number> {
  const browser = await freshBrowser(scope)
  try {
    await browser.tools.send('Emulation.setCPUThrottlingRate', { rate: slower })
    const usable = await usableAt(browser, app)
    // A button that does nothing yet would not count.
    await browser.page.getByRole('button', { name: en.home.openButton, exact: true }).click()
    await browser.page.locator('.big-code .code').waitFor()
    return usable
  } finally {
    await browser.close()
  }
}

/**
 * Opens the app: milliseconds from the start of the navigation to the first frame in which a click at the middle of
 * "New session" would meet that button.
 */
export async function usableAt({ page }: FreshBrowser, app: ServedApp): Promise<number> {
  await page.addInitScript(`globalThis.usable = new Promise((resolve) => {
    const look = () => {
      const button = [...document.querySelectorAll('button:enabled')]
        .find(({ textContent }) => textContent.trim() === ${JSON.stringify(en.home.openButton)})
      const { x, y, width, height } = button?.getBoundingClientRect() ?? {}
      const hit = button && document.elementFromPoint(x + width / 2, y + height / 2)
      if (button?.contains(hit)) resolve(performance.now())
      else requestAnimationFrame(look)
    }
    requestAnimationFrame(look)
  })`)
  await page.goto(app.server.url)
  return page.evaluate<number>('usable')
}

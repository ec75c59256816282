import type { Page } from 'playwright-core'
import { obstacles } from './axe.ts'
import { DESKTOP, PHONE } from './visitor.ts'

/** Pixels that a finger needs. */
const TARGET_PIXELS = 44

/**
 * What is in anybody's way on the page as it stands: what axe finds, what is wider than the window, what a finger misses on
 * a phone, and another language than `tag`. Each begins with `name`.
 */
export async function faultsOf(page: Page, name: string, tag: string): Promise<readonly string[]> {
  const faults = (await obstacles(page)).map((obstacle) => `${name}: ${obstacle}`)
  for (const size of [PHONE, DESKTOP]) {
    await page.setViewportSize(size)
    const width = await page.evaluate<number>('document.documentElement.scrollWidth')
    if (width > size.width) faults.push(`${name}: ${width} pixels wide, of ${size.width}`)
    if (size === PHONE) faults.push(...(await smallTargets(page)).map((one) => `${name}: ${one}`))
  }
  if ((await page.getAttribute('html', 'lang')) !== tag) faults.push(`${name}: not in ${tag}`)
  return faults
}

const TARGETS = ['button', 'input', 'textarea', 'select', 'summary', 'nav a', 'a.button']

/** What a finger can miss. A box to tick is hit by its label too. */
async function smallTargets(page: Page): Promise<readonly string[]> {
  return page.locator(TARGETS.map((each) => `${each}:visible`).join()).evaluateAll(
    (elements, least) =>
      elements.flatMap((element) => {
        const target = element.closest('label') ?? element
        const { width, height } = target.getBoundingClientRect()
        const small = width < least - 0.5 || height < least - 0.5
        return small ? [`${element.outerHTML.slice(0, 80)} is ${width} × ${height}`] : []
      }),
    TARGET_PIXELS,
  )
}

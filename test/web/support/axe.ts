import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** What axe finds on the page as it stands, of serious or critical impact: the rule, and where. */
export async function obstacles(page: Page): Promise<readonly string[]> {
  // By the debugger, since the page's own policy lets no other script in.
  await page.evaluate(`${AXE}; void 0`)
  return page.evaluate<readonly string[]>(`axe.run(document, { resultTypes: ['violations'] })
    .then(({ violations }) => violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) =>
        id + ' at ' + target.join(' ') + ': ' + failureSummary)))`)
}

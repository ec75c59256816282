import axe from 'axe-core'
import type { Page } from 'playwright-core'

/** What axe finds on the page as it stands, of serious or critical impact: the rule, and where. */
export async function obstacles(page: Page): Promise<readonly string[]> {
  // By the debugger, since the page's own policy lets no other script in; it stays until the page is loaded anew.
  if (!(await page.evaluate<boolean>('"axe" in window')))
    await page.evaluate(`${axe.source}; void 0`)
  return page.evaluate<readonly string[]>(`axe.run(document, { resultTypes: ['violations'] })
    .then(({ violations }) => violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) =>
        id + ' at ' + target.join(' ') + ': ' + failureSummary)))`)
}

import { QUIET } from '../../test/web/support/browser.ts'

export { CHROMIUM } from '../../test/web/support/browser.ts'

/** As the tests start it, but in its sandbox where that can be had: not as root. */
export const FLAGS: readonly string[] = [
  ...QUIET,
  ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
]
/** Milliseconds that anything in a page may take: a large file on a slow machine too. */
export const PATIENCE_MS = 300_000

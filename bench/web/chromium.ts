/** Debian's own. */
export const CHROMIUM = '/usr/bin/chromium'
/** No first-run talk, no requests of the browser's own, no processes kept in reserve; the sandbox cannot be had as root. */
export const FLAGS: readonly string[] = [
  '--headless',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
]
/** Milliseconds that anything in a page may take: a large file on a slow machine too. */
export const PATIENCE_MS = 300_000

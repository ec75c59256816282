/**
 * URL of the server that this app meets others at: its own origin, unless the page that carries it names another
 * (`<meta name="hufu-server" content="https://…">`, written by whoever serves these files from elsewhere).
 */
export function serverUrl(): string {
  const named = document.querySelector('meta[name="hufu-server"]')?.getAttribute('content') ?? ''
  return named === '' ? location.origin : named
}

/** The link that brings the other here, the code in its fragment, which browsers never send. */
export function linkTo(code: string): string {
  return `${location.origin}${location.pathname}#${code}`
}

import { computed, signal, type ReadonlySignal } from '@preact/signals'

const current = signal(partsOf(location.hash))

/** The path of the page that the address names, such as `audit`; empty: none. The browser's Back leads through them. */
export const place: ReadonlySignal<string> = computed(() => current.value.path)
/** What of that page it names, such as one user; empty: nothing. */
export const subject: ReadonlySignal<string> = computed(() => current.value.subject)

addEventListener('hashchange', () => {
  current.value = partsOf(location.hash)
  scrollTo(0, 0)
})

/** The address of a page, or of something on it, for a link. */
export function linkTo(path: string, subject = ''): string {
  return subject === '' ? `#${path}` : `#${path}/${encodeURIComponent(subject)}`
}

/** Goes to a page without a way back to where one was. */
export function settle(path: string): void {
  history.replaceState(null, '', path === '' ? location.pathname : linkTo(path))
  current.value = { path, subject: '' }
}

function partsOf(hash: string): { readonly path: string; readonly subject: string } {
  const [, path = '', encoded = ''] = /^#([a-z-]{1,40})(?:\/(.{1,400}))?$/.exec(hash) ?? []
  return { path, subject: decoded(encoded) }
}

/** What somebody has typed into the address may be no encoding of anything. */
function decoded(encoded: string): string {
  try {
    return decodeURIComponent(encoded)
  } catch {
    return ''
  }
}

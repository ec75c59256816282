import { signal, type ReadonlySignal } from '@preact/signals'

const current = signal(pathOf(location.hash))

/** The path of the page that the address names, such as `audit`; empty: none. The browser's Back leads through them. */
export const place: ReadonlySignal<string> = current

addEventListener('hashchange', () => {
  current.value = pathOf(location.hash)
  scrollTo(0, 0)
})

/** The address of a page, for a link. */
export function linkTo(path: string): string {
  return `#${path}`
}

/** Goes to a page without a way back to where one was. */
export function settle(path: string): void {
  history.replaceState(null, '', path === '' ? location.pathname : linkTo(path))
  current.value = path
}

function pathOf(hash: string): string {
  return /^#([a-z-]{1,40})$/.exec(hash)?.[1] ?? ''
}

import { PAGES, type ConsolePage } from './pages.ts'
import type { Who } from './state/api.ts'
import { place } from './state/place.ts'
import { session } from './state/session.ts'

/** The pages that somebody may see. */
export function pagesFor(who: Who): readonly ConsolePage[] {
  return PAGES.filter(
    ({ permission }) => permission === undefined || who.permissions.includes(permission),
  )
}

/** The page that the address names, whether or not it may be seen; else the first that may. */
export function currentPage(): ConsolePage {
  const now = session.value
  const named = PAGES.find(({ path }) => path === place.value)
  return named ?? (now.at === 'in' ? pagesFor(now.who)[0] : undefined) ?? PAGES.at(-1)!
}

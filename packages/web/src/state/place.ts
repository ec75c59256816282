import { signal, type ReadonlySignal } from '@preact/signals'

/** Where in the app the user is, while no session is on. The address bar stays as it is: places are no secrets, but codes are. */
export type Place =
  | { readonly at: 'home' | 'ring' | 'listen' | 'contacts' | 'about' | 'keys' }
  /** `code`: what the link brought; empty if it is to be typed. */
  | { readonly at: 'join'; readonly code: string }
  /** A key is made, by an invitation or a recovery code. */
  | { readonly at: 'enrol'; readonly code: string }

const current = signal<Place>({ at: 'home' })

export const place: ReadonlySignal<Place> = current

/** Goes somewhere, so that the browser's Back leads here again. */
export function go(to: Place): void {
  if (to.at === current.value.at) return
  history.pushState({ hufu: to.at }, '')
  current.value = to
  scrollTo(0, 0)
}

/** Goes somewhere without a way back: what was there before is over. */
export function settle(to: Place): void {
  history.replaceState({ hufu: to.at }, '')
  current.value = to
  scrollTo(0, 0)
}

/** A session begins: Back leads out of it. */
export function enter(): void {
  if (markOf(history.state) !== SESSION) history.pushState({ hufu: SESSION }, '')
}

/**
 * Takes the code out of the address bar and the history, where it must not stay, and goes to where it is used. Follows the
 * browser's Back from then on.
 *
 * @param session what a session has to say: whether one is on, which links must not disturb; and whether it lets go when
 *   Back is pressed
 */
export function followAddress(session: {
  readonly isOn: () => boolean
  readonly letsGo: () => boolean
}): void {
  const take = (): void => {
    const code = codeOf(location.hash)
    if (location.hash !== '') history.replaceState(history.state, '', location.pathname)
    if (code !== '' && !session.isOn()) current.value = placeFor(code)
  }
  take()
  addEventListener('hashchange', take)
  addEventListener('popstate', (event) => {
    if (location.hash !== '') return // a link was followed; `hashchange` comes next
    if (session.letsGo()) current.value = placeOf(event.state)
    else enter()
  })
}

/** The code that a link carries, or the empty string. */
export function codeOf(hash: string): string {
  try {
    return decodeURIComponent(hash.replace(/^#/, '')).slice(0, MAX_CODE_UNITS)
  } catch {
    return ''
  }
}

/** Where the code of a link is used. */
export function placeFor(code: string): Place {
  return code.startsWith(ENROL)
    ? { at: 'enrol', code: code.slice(ENROL.length) }
    : { at: 'join', code }
}

/** What stands before an invitation in a link. */
const ENROL = 'enrol='
/** UTF-16 units that are taken from a link; a code has some forty. Our choice. */
const MAX_CODE_UNITS = 200

/** The mark of a session's entry in the history. */
const SESSION = 'session'
const PLAIN = ['home', 'ring', 'listen', 'contacts', 'about', 'keys'] as const

function placeOf(state: unknown): Place {
  const mark = markOf(state)
  const known = PLAIN.find((one) => one === mark)
  if (known !== undefined) return { at: known }
  return mark === 'join' || mark === 'enrol' ? { at: mark, code: '' } : { at: 'home' }
}

function markOf(state: unknown): unknown {
  return typeof state === 'object' && state !== null && 'hufu' in state ? state.hufu : undefined
}

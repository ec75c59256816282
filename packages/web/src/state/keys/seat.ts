import type { ErrorCode } from '@hufu/terminal'
import { signal, type ReadonlySignal, type Signal } from '@preact/signals'

/*
 * Who is signed in at this browser, as far as the first screen has to know. What makes it so is in `desk.ts`, which is loaded
 * where somebody is, or wants to be.
 *
 *   nobody ─ signs in ─→ here ─ another tab takes the terminal ─→ other-tab ─ it is free again ─→ here
 *      └←─ released ──────┘
 */

/** Who is signed in here. Times are Unix milliseconds. */
export type Seat =
  /** `ended`: how the last sign-in ended, if not by whoever sits here. */
  | { readonly at: 'nobody'; readonly ended: Ended | undefined }
  /** The server is being asked. */
  | { readonly at: 'looking'; readonly user: string }
  /** Another tab of this browser is connected as the terminal. */
  | { readonly at: 'other-tab'; readonly user: string }
  | {
      readonly at: 'here'
      readonly user: string
      readonly since: number
      readonly expires: number
      /** The KEY is in this page's memory: after a reload it is not. */
      readonly keyed: boolean
    }

/** A sign-in that somebody, or the time, has ended. `reason`: an operator's own words; may be empty. */
export interface Ended {
  readonly user: string
  readonly code: ErrorCode
  readonly reason: string
}

/** Where this browser holds who is signed in, for its tabs to come. A user ID is no secret. */
const STORAGE_KEY = 'hufu.user'

const current = signal<Seat>({ at: 'nobody', ended: undefined })

export const seat: ReadonlySignal<Seat> = current

/** Something is shown that will not be shown again: nothing may take its place. */
export const shownOnce: Signal<boolean> = signal(false)

/** Notes who is signed in, for all tabs. */
export function setSeat(to: Seat): void {
  current.value = to
  if (to.at === 'looking' || to.at === 'other-tab') return
  hold(to.at === 'here' ? to.user : undefined)
}

/** It could not be found out whether `user` is still signed in here: a reload asks again. */
export function loseSeat(user: string, code: ErrorCode): void {
  current.value = { at: 'nobody', ended: { user, code, reason: '' } }
  hold(user)
}

function hold(user: string | undefined): void {
  try {
    if (user === undefined) localStorage.removeItem(STORAGE_KEY)
    else localStorage.setItem(STORAGE_KEY, user)
  } catch {
    // Without it a reload forgets who was signed in, until they sign in again.
  }
}

/** Who was signed in at this browser when it was last known. */
export function userHere(): string | undefined {
  try {
    return localStorage.getItem(STORAGE_KEY) ?? undefined
  } catch {
    return undefined
  }
}

/** Goes on being signed in, if somebody is: in this tab, or in whatever tab comes to it. */
export function followSeat(): void {
  addEventListener('storage', ({ key }) => {
    if (key === STORAGE_KEY) look()
  })
  look()
}

function look(): void {
  const user = userHere()
  const { value } = current
  if (user === undefined) {
    if (value.at === 'other-tab') current.value = { at: 'nobody', ended: undefined }
    return
  }
  if (value.at === 'here' || value.at === 'looking') return
  current.value = { at: 'looking', user }
  void import('./desk.ts').then(({ resume }) => resume(user))
}

import { signal, type ReadonlySignal } from '@preact/signals'
import * as api from './api.ts'
import { watchSession, type Answer, type Fault } from './client.ts'

/** Whether somebody is signed in. */
export type Session =
  | { readonly at: 'looking' }
  /** The server does not answer as it should. */
  | { readonly at: 'lost'; readonly fault: Fault }
  | {
      readonly at: 'out'
      /** There is no account yet. */
      readonly first: boolean
      /** Who was signed in until it ended by itself; undefined: nobody, or they signed out. */
      readonly ended: string | undefined
    }
  | { readonly at: 'in'; readonly who: api.Who }

const current = signal<Session>({ at: 'looking' })
export const session: ReadonlySignal<Session> = current

/** True if whoever is signed in may do that. */
export function may(permission: string): boolean {
  const now = current.value
  return now.at === 'in' && now.who.permissions.includes(permission)
}

/** Milliseconds that a session lasts without use, as far as we were told, and when it was last used. */
let idleMs = Infinity
let usedAt = 0

/** Milliseconds between two looks at whether the session must have ended; and by which the server notes a use late. */
const LOOK_MS = 30_000
const NOTED_MS = 61_000

/** Asks who is signed in, and keeps an eye on it: nothing stays on the screen when a session has ended. */
export function beginSession(): void {
  watchSession(
    () => {
      const now = current.value
      if (now.at === 'in') current.value = { at: 'out', first: false, ended: now.who.operator }
    },
    () => (usedAt = performance.now()),
  )
  void look()
  setInterval(() => {
    if (current.value.at === 'in' && performance.now() > usedAt + idleMs + NOTED_MS)
      void api.whoAmI()
  }, LOOK_MS)
}

/** Asks who is signed in. */
export async function look(): Promise<void> {
  current.value = { at: 'looking' }
  const who = await api.whoAmI()
  if (who.ok) return enter(who.value)
  if (who.fault.code !== 'ERR_SIGNED_OUT') return void (current.value = lost(who.fault))
  const setup = await api.isFirst()
  current.value = setup.ok
    ? { at: 'out', first: setup.value.first, ended: undefined }
    : lost(setup.fault)
}

function lost(fault: Fault): Session {
  return { at: 'lost', fault }
}

/** Signs in. What goes wrong is the answer's. */
export async function signIn(name: string, passphrase: string): Promise<Answer<unknown>> {
  return entering(await api.signIn(name.trim(), passphrase))
}

/** Opens an account with a code, and signs in. */
export async function setUp(account: Parameters<typeof api.setUp>[0]): Promise<Answer<unknown>> {
  return entering(await api.setUp({ ...account, name: account.name.trim() }))
}

/** Changes the passphrase of whoever is signed in, who stays that. */
export async function changePassphrase(
  present: string,
  passphrase: string,
): Promise<Answer<unknown>> {
  return entering(await api.changePassphrase(present, passphrase))
}

function entering(answer: Answer<api.Who>): Answer<unknown> {
  if (answer.ok) enter(answer.value)
  return answer
}

/** Signs out. A session that is over already is as good as that. */
export async function signOut(): Promise<Answer<unknown>> {
  const answer = await api.signOut()
  if (answer.ok || answer.fault.code === 'ERR_SIGNED_OUT')
    current.value = { at: 'out', first: false, ended: undefined }
  return answer
}

function enter(who: api.Who): void {
  idleMs = Math.max(0, who.expires - Date.now())
  usedAt = performance.now()
  current.value = { at: 'in', who }
}

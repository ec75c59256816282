import {
  HufuError,
  random,
  signin,
  type Line,
  type SecurityKey,
  type SignedIn,
  type Signin,
  type SigninEvent,
  type TrustedIssuer,
} from '@hufu/terminal'
import { effect } from '@preact/signals'
import { issuersOf, keepIssuers } from '../../ports/issuers.ts'
import { holdTerminal, type Hold } from '../../ports/tab.ts'
import { profile } from '../profile.ts'
import { serverUrl } from '../server.ts'
import { attend, isOn } from '../session.ts'
import { introductionsBy } from './introducing.ts'
import { loseSeat, seat, setSeat, userHere, type Ended } from './seat.ts'

/** The terminal that this browser is, connected: users sign in at it, and are rung at it. */
export interface Desk {
  readonly line: Line
  readonly signin: Signin
  /** The KEY that signed in here, while it is in memory. */
  readonly key: SecurityKey | undefined
  /** Its id, 32 octets. */
  readonly keyId: Uint8Array | undefined
  /** The passkey that it is sealed under. */
  readonly credential: Uint8Array | undefined
  /** Signs in by a key, and stays. The desk closes the key. Rejects as `Signin.stay`. */
  stay(key: SecurityKey, credential: Uint8Array): Promise<void>
  /** Notes whom to trust: `always` where an invitation speaks for them, else only if nobody is trusted yet. */
  trust(issuers: readonly TrustedIssuer[], always: boolean): Promise<void>
  /** Nobody is signed in here any more. `ended`: how, if not by whoever sits here. */
  leave(ended?: Ended): void
}

/** The name of the seed of the terminal that a browser is. No name that listens has a blank in it. */
export const TERMINAL_SEED = 'signin page'
/** Milliseconds between two questions to a server that does not answer. Our choice. */
const ASK_AGAIN_MS = 3_000

let opening: Promise<Desk | undefined> | undefined
let current: Desk | undefined
let waiting = new AbortController()

/** The desk of this tab, if it is open. */
export function deskOpen(): Desk | undefined {
  return current
}

/** The desk, in this tab from now on. Rejects with {@link HufuError} `ERR_PROFILE`, `ERR_INTERRUPTED`. */
export async function deskHere(): Promise<Desk> {
  if (current !== undefined) return current
  waiting.abort()
  await opening?.catch(() => undefined)
  const desk = current ?? (await open('take'))
  if (desk === undefined) throw new HufuError('ERR_INTERRUPTED', 'another tab has it')
  return desk
}

/** Goes on where `user` was signed in when it was last known: here, or as soon as no other tab does. */
export async function resume(user: string): Promise<void> {
  waiting.abort()
  waiting = new AbortController()
  const { signal } = waiting
  try {
    let desk = await open('if-free')
    if (desk === undefined) {
      setSeat({ at: 'other-tab', user })
      desk = await open('wait', signal)
    }
    if (desk !== undefined) await look(desk)
  } catch (error) {
    current?.leave()
    loseSeat(user, error instanceof HufuError ? error.code : 'ERR_INTERNAL')
  }
}

/** Asks the server who is signed in here, until it answers. */
export async function look(desk: Desk): Promise<void> {
  const user = userHere() ?? ''
  if (seat.value.at !== 'here') setSeat({ at: 'looking', user })
  while (current === desk) {
    try {
      const { here } = await desk.signin.whereabouts()
      if (here !== undefined) seated(desk, here)
      else if (current === desk) desk.leave()
      return
    } catch (error) {
      if (current !== desk) return // another tab has the terminal now
      if (!(error instanceof HufuError) || error.code !== 'ERR_UNREACHABLE') throw error
      await new Promise((resolve) => void setTimeout(resolve, ASK_AGAIN_MS))
    }
  }
}

function open(how: 'if-free' | 'wait' | 'take', signal?: AbortSignal): Promise<Desk | undefined> {
  opening ??= holdTerminal(how, signal)
    .then((hold) => (hold === undefined ? undefined : sit(hold)))
    .finally(() => (opening = undefined))
  return opening
}

async function sit(hold: Hold): Promise<Desk> {
  try {
    const tools = await signin()
    const terminalSeed = await (await profile()).terminalSeed(TERMINAL_SEED, random)
    const server = serverUrl()
    let issuers = await issuersOf(server, tools)
    let key: SecurityKey | undefined
    let credential: Uint8Array | undefined
    const line = tools.openLine({ server, terminalSeed, messages: tools.ALL_MESSAGES })

    const on = (event: SigninEvent): void => {
      if (current !== desk) return
      if (event.type === 'bound') seated(desk, event)
      else if (event.type === 'released') desk.leave(event)
      else if (event.type === 'renewed' && key !== undefined) {
        key = tools.enrolled(key, event.user, event.certificates)
        desk.signin.stay(key).catch(() => undefined) // the sign-in that stands lasts until it expires
      }
    }
    const close = (): void => {
      current = undefined
      attending?.stop.abort()
      attending = undefined
      desk.signin.close()
      void key?.close()
      key = undefined
      // A talk that was answered here goes on over this line.
      const free = effect(() => {
        if (isOn()) return
        line.close()
        hold.release()
        queueMicrotask(() => free())
      })
    }
    const desk: Desk = {
      line,
      signin: tools.startSignin({ line, issuers: () => issuers, on }),
      get key() {
        return key
      },
      get keyId() {
        return key && tools.keyIdOf(key.publicKeys)
      },
      get credential() {
        return credential
      },
      async stay(by, under) {
        if (key !== by) void key?.close()
        key = by
        credential = under
        try {
          await desk.signin.stay(by)
        } catch (error) {
          key = undefined
          void by.close()
          throw error
        }
      },
      async trust(told, always) {
        if (!always && issuers.length > 0) return
        await keepIssuers(server, told)
        issuers = told
      },
      leave(ended) {
        setSeat({ at: 'nobody', ended })
        close()
      },
    }
    hold.lost.addEventListener('abort', () => {
      if (current !== desk) return
      const user = userHere()
      close()
      if (user !== undefined) void resume(user)
    })
    current = desk
    return desk
  } catch (error) {
    hold.release()
    throw error
  }
}

let attending: { readonly user: string; readonly stop: AbortController } | undefined

/** Somebody is signed in here: from now on it rings here for them. */
function seated(desk: Desk, { user, since, expires }: SignedIn): void {
  setSeat({ at: 'here', user, since, expires, keyed: desk.key?.user === user })
  if (attending?.user === user && !attending.stop.signal.aborted) return
  attending?.stop.abort()
  const stop = new AbortController()
  attending = { user, stop }
  const { line } = desk
  void introductionsBy({ key: () => desk.key, awaited: true }).then((introductions) =>
    attend({ user, line, introductions }, stop.signal),
  )
}

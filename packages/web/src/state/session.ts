import {
  HufuError,
  pair,
  type ErrorCode,
  type KeptTalk,
  type PairEvent,
  type Ringing,
} from '@hufu/terminal'
import { signal, type ReadonlySignal } from '@preact/signals'
import { converse, type Conversation, type ConversationDriver } from './conversation.ts'
import { forgetTalk, keeping, keptTalk, wasInTalk } from './keeping.ts'
import { startLog } from './log.ts'
import { leaveAsked } from './leave-asked.ts'
import { talkAtTerminal } from '../ports/tab.ts'
import { enter, place, settle } from './place.ts'
import { profile } from './profile.ts'
import { serverUrl } from './server.ts'
import { shownOnce, userHere } from './keys/seat.ts'
import { viaOf, whoBy, type Attendance, type How } from './how.ts'

/*
 * The one session of this tab.
 *
 *   none ─ begin ─→ pairing ─ stands ─→ talking ─ dismiss ─→ none
 *                      └──── fails ───→ failed ──┘
 */

/** How far a pairing has come. Times are milliseconds of `performance.now()`. */
export type Stage =
  | { readonly at: 'connecting' }
  /** The code to say, and until when it is good. */
  | { readonly at: 'code'; readonly code: string; readonly untilMs: number }
  /** First of two contacts. */
  | { readonly at: 'waiting' }
  /** `failed`: what came of the last ring. */
  | { readonly at: 'listening'; readonly failed: ErrorCode | undefined }
  | { readonly at: 'requested'; readonly untilMs: number }
  | { readonly at: 'ringing'; readonly rung: Rung }

/** Somebody rings. `answer` with the prepared passphrase, or nothing to decline. */
export interface Rung {
  /** What they call themselves; may be empty. Nothing proves it. */
  readonly from: string
  readonly untilMs: number
  answer(passphrase: Uint8Array | undefined): void
}

export type Session =
  | { readonly at: 'none' }
  /** The page was reloaded in a talk, and looks for what was kept of it. */
  | { readonly at: 'looking' }
  | {
      readonly at: 'pairing'
      readonly how: How
      readonly stage: Stage
      /** The server is lost for the moment. */
      readonly lost: boolean
    }
  | { readonly at: 'failed'; readonly how: How; readonly code: ErrorCode }
  | { readonly at: 'talking'; readonly conversation: Conversation }

const current = signal<Session>({ at: 'none' })
let stop = new AbortController()

export const session: ReadonlySignal<Session> = current

/** Whether a session is on, or on its way, that a link must not disturb. */
export function isOn(): boolean {
  return current.value.at !== 'none' && current.value.at !== 'failed'
}

/** Back was pressed: what is on its way is given up, but a session that stands asks first. True if there is none any more. */
export function letsGo(): boolean {
  const { value } = current
  if (value.at === 'talking' && value.conversation.presence.value.at !== 'over') {
    leaveAsked.value = true
    return false
  }
  stop.abort()
  current.value = { at: 'none' }
  return true
}

/** Begins to pair; what was going on before is given up. */
export function begin(how: How): void {
  stop.abort()
  stop = new AbortController()
  leaveAsked.value = false
  enter()
  current.value = { at: 'pairing', how, stage: { at: 'connecting' }, lost: false }
  void meet(how, stop.signal)
}

/**
 * Answers whoever rings the user who is signed in at this terminal, one after the other, until `signal` is aborted or nobody
 * is signed in there any more. Who rings while something else is on is declined: it may ring elsewhere.
 */
export async function attend(
  attendance: Attendance & { readonly user: string },
  signal: AbortSignal,
): Promise<void> {
  const { user, ...rest } = attendance
  let goesOn = true
  while (goesOn && !signal.aborted) {
    const round = new AbortController()
    const over = (): void => round.abort()
    signal.addEventListener('abort', over, { once: true })
    goesOn = await meet({ by: 'attend', name: user, with: rest }, round.signal, () => {
      if (isBusy()) return false
      if (stop !== round) stop.abort() // it rings for the second time in this round
      stop = round
      leaveAsked.value = false
      return true
    })
    signal.removeEventListener('abort', over)
  }
}

/** Whether there is something on that a ring must not disturb. */
function isBusy(): boolean {
  const { value } = current
  if (shownOnce.value) return true
  if (value.at === 'talking') return value.conversation.presence.value.at !== 'over'
  return value.at !== 'none' && value.at !== 'failed'
}

/** Gives a pairing up, or puts away what is left of a session, and goes to the start. */
export function dismiss(): void {
  stop.abort()
  current.value = { at: 'none' }
  settle({ at: 'home' })
}

/** Goes on with the talk that this tab was in when it was reloaded, if there is one. */
export async function goOn(): Promise<void> {
  if (!wasInTalk()) return
  current.value = { at: 'looking' }
  const found = await keptTalk()
  if (found === undefined) return void (current.value = { at: 'none' })
  const { id, screen } = found
  const { kept, shown } = screen
  const log = startLog(screen)
  const paired = shown.find((line) => line.kind === 'note' && line.note === 'paired')
  const who = kept.contact ?? (paired?.kind === 'note' ? paired.name : '')
  const driver = converse({ log, who, contact: kept.contact, words: kept.words, counts: kept })
  current.value = { at: 'talking', conversation: driver.conversation }
  try {
    const more = userHere() === undefined ? {} : await again(kept)
    const talk = await pair({
      server: serverUrl(),
      via: { by: 'again', kept },
      keeper: keeping(log, id),
      on: (event) => follow(driver, event),
      ...(await profileOrNone()),
      ...more,
    })
    await ('line' in more ? talkAtTerminal(() => driver.stands(talk)) : driver.stands(talk))
  } catch (error) {
    await forgetTalk(id)
    driver.failed(codeOf(error))
  }
}

async function again(kept: KeptTalk): Promise<object> {
  const { goingOn } = await import('./keys/meeting.ts')
  return goingOn(kept)
}

/**
 * Meets the other, and talks until it is over. Resolves whether it came to anything.
 *
 * @param rung called when it rings while nothing shows that this is going on: whether it may be shown now
 */
async function meet(how: How, signal: AbortSignal, rung?: () => boolean): Promise<boolean> {
  const log = startLog()
  let rungBy = ''
  let wasRung = false
  let driver: ConversationDriver | undefined
  const here = (): boolean => !signal.aborted
  const show = (change: { readonly stage?: Stage; readonly lost?: boolean }): void => {
    const { value } = current
    if (!here() || value.at !== 'pairing' || value.how !== how) return
    if (how.by !== 'attend' || change.stage?.at !== 'listening')
      return void (current.value = { ...value, ...change })
    // Nobody waits for a ring: what was there before is there again, or what came of an answer.
    const { failed } = change.stage
    settle(place.value)
    current.value = failed === undefined ? { at: 'none' } : { at: 'failed', how, code: failed }
  }
  const asked = (ringing: Ringing): Promise<Uint8Array | undefined> => {
    if (rung !== undefined) {
      if (!rung()) return Promise.resolve(undefined)
      enter()
      current.value = { at: 'pairing', how, stage: { at: 'connecting' }, lost: false }
    }
    wasRung = true
    rungBy = ringing.from.name
    return ask(ringing, (stage) => show({ stage }))
  }
  try {
    const { via, ...more } = await viaOf(how, asked)
    if (!here()) return true
    const talk = await pair({
      server: serverUrl(),
      via,
      signal,
      keeper: keeping(log),
      on: (event) => {
        if (driver !== undefined) follow(driver, event)
        else showPairing(event, show)
      },
      ...more,
    })
    if (!here()) {
      talk.abort()
      return true
    }
    const contact = how.by === 'contact' ? how.name : undefined
    const counts = { said: 0, heard: 0 }
    const who = whoBy(how, rungBy)
    driver = converse({ log, who, contact, words: talk.words, counts })
    current.value = { at: 'talking', conversation: driver.conversation }
    const { stands } = driver
    await (how.by === 'attend' ? talkAtTerminal(() => stands(talk)) : stands(talk))
    return true
  } catch (error) {
    const isShown = how.by !== 'attend' || isAt(how)
    if (here() && isShown) current.value = { at: 'failed', how, code: codeOf(error) }
    return wasRung
  }
}

/** Whether this is what the page shows. */
function isAt(how: How): boolean {
  const { value } = current
  return value.at === 'pairing' && value.how === how
}

/** Shows what happens on the way to a session. */
function showPairing(
  event: PairEvent,
  show: (change: { readonly stage?: Stage; readonly lost?: boolean }) => void,
): void {
  const now = performance.now()
  switch (event.type) {
    case 'code':
      return show({
        stage: { at: 'code', code: event.code, untilMs: now + event.lifetimeMs },
      })
    case 'waiting':
      return show({ stage: { at: 'waiting' } })
    case 'listening':
      return show({ stage: { at: 'listening', failed: undefined } })
    case 'failed':
      return show({ stage: { at: 'listening', failed: event.code } })
    case 'requested':
      return show({ stage: { at: 'requested', untilMs: now + event.answerMs } })
    case 'ringing':
      return // `ask` shows it, with what answers it
    case 'connected':
    case 'lost':
      return show({ lost: event.type === 'lost' })
  }
}

function follow(driver: ConversationDriver, event: PairEvent): void {
  if (event.type === 'lost' || event.type === 'connected') driver.online(event.type === 'connected')
}

/** Shows that somebody rings, and resolves with the user's answer: undefined declines, or comes too late. */
function ask(ringing: Ringing, show: (stage: Stage) => void): Promise<Uint8Array | undefined> {
  return new Promise((resolve) => {
    const answer = (passphrase: Uint8Array | undefined): void => {
      ringing.signal.removeEventListener('abort', late)
      show(
        passphrase === undefined
          ? { at: 'listening', failed: undefined }
          : { at: 'requested', untilMs: untilMs },
      )
      resolve(passphrase)
    }
    const late = (): void => answer(undefined)
    const untilMs = performance.now() + ringing.answerMs
    ringing.signal.addEventListener('abort', late, { once: true })
    show({ at: 'ringing', rung: { from: ringing.from.name, untilMs, answer } })
  })
}

async function profileOrNone(): Promise<object> {
  const opened = await profile().catch(() => undefined)
  return opened === undefined ? {} : { profile: opened }
}

function codeOf(error: unknown): ErrorCode {
  return error instanceof HufuError ? error.code : 'ERR_INTERNAL'
}

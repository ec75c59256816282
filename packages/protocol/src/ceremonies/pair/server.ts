import type { Carried, MessageOf } from '../../wire/schema.ts'
import { after, type Ms } from '../../wire/units.ts'
import type { ErrorCode } from '../../wire/errors.ts'
import { wipe, type Random } from '../../crypto/index.ts'
import { makeAnswer } from './handshake.ts'
import { SHARE_OCTETS, TAG_OCTETS } from './messages.ts'
import type { PairLimits } from './limits.ts'
import type { address, Answer, Confirm, Fail, Request } from './messages.ts'

/*
 * The server's part of one attempt to pair (B1–B5). It passes sealed bytes on, keeps the two time limits, and answers
 * for those who are not there so that nobody learns who is.
 *
 *   begin ─ opener there ───→ rung ─ answer ─→ holding ─ tick ─→ answered ─ confirm ─→ confirmed ─ stands → over
 *     │                                                                             bad Ta ↓
 *     ├─ no such slot ──────→ decoy ─────────── tick ──────────→ mimicking ─ confirm ─→ ending ─ tick ────→ over
 *     └─ no such name, user → silent ────────── deadline ──────────────────────────────────────────────────→ over
 *
 * Every state but `over` ends by itself: at a deadline, or when a terminal says that it failed or is gone.
 */

export type AttemptKind = Carried<typeof address>['kind']
type AnswerBody = Pick<MessageOf<typeof Answer>, 'share' | 'associated' | 'tag'>
type RequestBody = Pick<MessageOf<typeof Request>, 'sid' | 'share' | 'associated'>
type ConfirmBody = Pick<MessageOf<typeof Confirm>, 'tag' | 'opening'>

interface Running {
  readonly kind: AttemptKind
  readonly request: RequestBody
  readonly requestedAt: Ms
  readonly answerBy: Ms
  readonly confirmBy: Ms
}

export type Attempt =
  /** The opener has been rung. */
  | (Running & { readonly at: 'rung' })
  /** The answer is in, and waits for a whole step since the request, so that its age says nothing. */
  | (Running & { readonly at: 'holding'; readonly releaseAt: Ms; readonly answer: AnswerBody })
  | (Running & { readonly at: 'answered' })
  /** The verdict is out. The opener may still say that the confirmation was bad. */
  | (Running & { readonly at: 'confirmed'; readonly confirmedAt: Ms })
  /** A slot that is unknown, burned or busy: an answer made of random octets goes out when a real one would. */
  | (Running & { readonly at: 'decoy'; readonly releaseAt: Ms; readonly delayMs: number })
  | (Running & { readonly at: 'mimicking'; readonly delayMs: number })
  /** The requester's confirmation was bad, or nobody was there to say so: both are said after whole steps. */
  | (Running & { readonly at: 'ending'; readonly releaseAt: Ms })
  /** By name or user: absent, unknown or refused; nothing is heard until the deadline. */
  | (Running & { readonly at: 'silent' })
  | { readonly at: 'over' }

export type AttemptInput =
  | { readonly type: 'answer'; readonly answer: AnswerBody }
  | { readonly type: 'confirm'; readonly confirm: ConfirmBody }
  | {
      readonly type: 'fail'
      readonly from: 'opener' | 'requester'
      readonly reason: MessageOf<typeof Fail>['reason']
    }
  | { readonly type: 'stands' }
  /** The connection of one side is lost. */
  | { readonly type: 'gone'; readonly from: 'opener' | 'requester' }
  | { readonly type: 'tick' }

/** What the server has to do next, in this order. */
export type AttemptEffect =
  | { readonly do: 'ring' }
  | { readonly do: 'answered'; readonly answer: AnswerBody; readonly real: boolean }
  /** The confirmation came in time: make a session, tell both; the opener gets `confirm`. */
  | { readonly do: 'open'; readonly confirm: ConfirmBody; readonly real: boolean }
  | { readonly do: 'fail'; readonly to: 'opener' | 'requester'; readonly code: ErrorCode }
  /** The session that `open` made is over before it began. */
  | { readonly do: 'end'; readonly to: 'requester'; readonly code: ErrorCode }
  /** The attempt was no guess: take back what was counted against source and name. */
  | { readonly do: 'forgive' }
  | { readonly do: 'wake'; readonly at: Ms }

export interface AttemptStep {
  readonly attempt: Attempt
  readonly effects: readonly AttemptEffect[]
}

export interface Beginning {
  readonly kind: AttemptKind
  readonly request: RequestBody
  /** The opener is connected, its slot is open, its name claimed, its user signed in. */
  readonly present: boolean
  readonly limits: PairLimits
  /** How long a real answer has lately taken to be released, in milliseconds: a decoy takes the same. */
  readonly decoyDelayMs: number
}

/** True if a person has to hear it ring and type, and nobody else may learn whether anybody does. */
export function isByPerson(kind: AttemptKind): boolean {
  return kind === 'name' || kind === 'user'
}

/** Starts an attempt. The caller has checked limits on attempts and counted this one as a guess already. */
export function beginAttempt(beginning: Beginning, now: Ms): AttemptStep {
  const { kind, request, present, limits, decoyDelayMs } = beginning
  const answerMs = isByPerson(kind) ? limits.answerByNameMs : limits.answerMs
  const running: Running = {
    kind,
    request,
    requestedAt: now,
    answerBy: after(now, answerMs),
    confirmBy: after(now, answerMs + limits.confirmMs),
  }
  if (present) return sleeping({ ...running, at: 'rung' }, running.answerBy, [{ do: 'ring' }])
  if (kind === 'slot') {
    const releaseAt = after(now, decoyDelayMs)
    return sleeping({ ...running, at: 'decoy', releaseAt, delayMs: decoyDelayMs }, releaseAt)
  }
  return sleeping({ ...running, at: 'silent' }, running.answerBy)
}

/** One step of the server's part. Inputs that make no sense in a state change nothing: the sender may be hostile. */
export function stepAttempt(
  attempt: Attempt,
  input: AttemptInput,
  now: Ms,
  ports: { readonly random: Random; readonly stepMs: number },
): AttemptStep {
  if (attempt.at === 'over') return { attempt, effects: [] }
  if (input.type === 'gone' && input.from === 'requester') return requesterGone(attempt)
  switch (attempt.at) {
    case 'rung':
      return rung(attempt, input, now, ports.stepMs)
    case 'holding':
      return holding(attempt, input, now)
    case 'answered':
      return answered(attempt, input, now, ports.stepMs)
    case 'confirmed':
      return confirmed(attempt, input, now, ports.stepMs)
    case 'decoy':
      if (input.type !== 'tick' || now < attempt.releaseAt) return stay(attempt)
      return sleeping({ ...attempt, at: 'mimicking' }, attempt.confirmBy, [
        { do: 'answered', answer: madeUpAnswer(attempt.request, ports.random), real: false },
      ])
    case 'mimicking':
      return mimicking(attempt, input, now)
    case 'ending':
      if (input.type !== 'tick' || now < attempt.releaseAt) return stay(attempt)
      return over({ do: 'end', to: 'requester', code: mismatchCode(attempt.kind) })
    case 'silent':
      if (input.type !== 'tick' || now < attempt.answerBy) return stay(attempt)
      return over({ do: 'fail', to: 'requester', code: 'ERR_PAIR_NO_ANSWER' })
  }
}

/** The answer's release: the next whole step after it came, counted from the request. Both in milliseconds. */
export function releaseDelay(elapsedMs: number, stepMs: number): number {
  return Math.max(1, Math.ceil(elapsedMs / stepMs)) * stepMs
}

type At<S extends Attempt['at']> = Extract<Attempt, { at: S }>

function rung(attempt: At<'rung'>, input: AttemptInput, now: Ms, stepMs: number): AttemptStep {
  if (now >= attempt.answerBy) return answerLate(attempt)
  if (input.type === 'answer') {
    const releaseAt = after(attempt.requestedAt, releaseDelay(now - attempt.requestedAt, stepMs))
    return sleeping({ ...attempt, at: 'holding', releaseAt, answer: input.answer }, releaseAt)
  }
  if (!openerLeft(input)) return stay(attempt)
  const delayMs = releaseDelay(now - attempt.requestedAt, stepMs)
  return withoutOpener(attempt, delayMs)
}

function holding(attempt: At<'holding'>, input: AttemptInput, now: Ms): AttemptStep {
  if (input.type === 'tick' && now >= attempt.releaseAt) {
    const { answer, releaseAt: _, ...running } = attempt
    return sleeping({ ...running, at: 'answered' }, attempt.confirmBy, [
      { do: 'answered', answer, real: true },
    ])
  }
  if (!openerLeft(input)) return stay(attempt)
  const { answer: _, releaseAt, ...running } = attempt
  return withoutOpener(running, releaseAt - attempt.requestedAt)
}

/** The opener will not answer, or not stand by its answer. */
function openerLeft(input: AttemptInput): boolean {
  return input.type === 'gone' || (input.type === 'fail' && input.from === 'opener')
}

/** The requester learns as much as if the opener had never been there. `delayMs`: from the request to the made-up answer. */
function withoutOpener(running: Running, delayMs: number): AttemptStep {
  if (running.kind !== 'slot') return sleeping({ ...running, at: 'silent' }, running.answerBy)
  const releaseAt = after(running.requestedAt, delayMs)
  return sleeping({ ...running, at: 'decoy', releaseAt, delayMs }, releaseAt)
}

function answered(
  attempt: At<'answered'>,
  input: AttemptInput,
  now: Ms,
  stepMs: number,
): AttemptStep {
  if (now >= attempt.confirmBy) return confirmLate()
  if (input.type === 'confirm')
    return sleeping({ ...attempt, at: 'confirmed', confirmedAt: now }, attempt.confirmBy, [
      { do: 'open', confirm: input.confirm, real: true },
    ])
  if (input.type === 'fail' && input.from === 'requester')
    return over(
      { do: 'fail', to: 'opener', code: 'ERR_PAIR_GUESSED' },
      { do: 'fail', to: 'requester', code: mismatchCode(attempt.kind) },
    )
  if (input.type === 'gone') {
    // By slot this looks as if nobody had ever been there: whoever answers with random words learns nothing of slots.
    if (attempt.kind === 'slot')
      return sleeping({ ...attempt, at: 'mimicking', delayMs: stepMs }, attempt.confirmBy)
    return over({ do: 'fail', to: 'requester', code: 'ERR_PEER_GONE' })
  }
  return stay(attempt)
}

function confirmed(
  attempt: At<'confirmed'>,
  input: AttemptInput,
  now: Ms,
  stepMs: number,
): AttemptStep {
  if (input.type === 'stands') return over({ do: 'forgive' })
  if (input.type === 'fail' && input.from === 'opener') {
    const { confirmedAt, ...running } = attempt
    const releaseAt = after(confirmedAt, releaseDelay(now - confirmedAt, stepMs))
    return sleeping({ ...running, at: 'ending', releaseAt }, releaseAt)
  }
  if (input.type === 'tick' && now >= attempt.confirmBy) return over()
  return stay(attempt)
}

function mimicking(attempt: At<'mimicking'>, input: AttemptInput, now: Ms): AttemptStep {
  if (now >= attempt.confirmBy)
    return over({ do: 'fail', to: 'requester', code: 'ERR_PAIR_CONFIRM_LATE' })
  if (input.type === 'fail')
    return over({ do: 'fail', to: 'requester', code: mismatchCode(attempt.kind) })
  if (input.type === 'confirm') {
    const releaseAt = after(now, attempt.delayMs)
    return sleeping({ ...attempt, at: 'ending', releaseAt }, releaseAt, [
      { do: 'open', confirm: input.confirm, real: false },
    ])
  }
  return stay(attempt)
}

function requesterGone(attempt: Attempt): AttemptStep {
  const opener = attempt.at === 'rung' || attempt.at === 'holding' || attempt.at === 'answered'
  if (opener) return over({ do: 'fail', to: 'opener', code: 'ERR_PAIR_ABANDONED' })
  // A session has been made: its end is still to be told.
  return attempt.at === 'confirmed' || attempt.at === 'ending' ? stay(attempt) : over()
}

function answerLate(attempt: At<'rung'>): AttemptStep {
  const code = isByPerson(attempt.kind) ? 'ERR_PAIR_NO_ANSWER' : 'ERR_PAIR_ANSWER_LATE'
  return over(
    { do: 'fail', to: 'opener', code: 'ERR_PAIR_ANSWER_LATE' },
    { do: 'fail', to: 'requester', code },
  )
}

function confirmLate(): AttemptStep {
  return over(
    { do: 'fail', to: 'opener', code: 'ERR_PAIR_CONFIRM_LATE' },
    { do: 'fail', to: 'requester', code: 'ERR_PAIR_CONFIRM_LATE' },
  )
}

/** By slot one outcome stands for every reason; by name somebody did answer, and it is said that the words differ. */
function mismatchCode(kind: AttemptKind): ErrorCode {
  if (kind === 'slot') return 'ERR_PAIR_REFUSED'
  return kind === 'meeting' ? 'ERR_CONTACT_LOST' : 'ERR_PAIR_MISMATCH'
}

/**
 * The answer of somebody who does not know the words: made as a real one is, under words that nobody has, so that
 * nothing in it (a share off the curve, a ciphertext that was never encapsulated) tells the two apart.
 */
function madeUpAnswer(request: RequestBody, random: Random): AnswerBody {
  const { sid, share, associated: ada } = request
  const channel = { serverId: random(16), kind: 'slot', at: '' } as const
  const self = { terminal: random(32), random }
  const made = makeAnswer(
    channel,
    [{ by: 'passphrase', prs: random(16) }],
    { sid, share, ada },
    self,
  )
  if (typeof made === 'string')
    return { share: random(SHARE_OCTETS), associated: random(1), tag: random(TAG_OCTETS) }
  const answer = { share: made.share, associated: made.adb, tag: made.tb }
  wipe(made.isk, made.shared)
  return answer
}

function stay(attempt: Attempt): AttemptStep {
  return { attempt, effects: [] }
}

function over(...effects: readonly AttemptEffect[]): AttemptStep {
  return { attempt: { at: 'over' }, effects }
}

function sleeping(attempt: Attempt, at: Ms, effects: readonly AttemptEffect[] = []): AttemptStep {
  return { attempt, effects: [...effects, { do: 'wake', at }] }
}

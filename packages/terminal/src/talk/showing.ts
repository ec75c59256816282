import type { Introduction } from '@hufu/protocol/identity'
import type { Session } from '@hufu/protocol/session'
import { after, HufuError, type ErrorCode } from '@hufu/protocol/wire'
import type { Clock } from '../clock.ts'
import type { Identified, IdentityMessage, Introductions } from '../identity/introductions.ts'
import type { Agreement } from '../pairing/attempt.ts'

/**
 * Milliseconds that the other may take to show who it is before it counts as showing nothing. Our choice: a token signs in
 * a tenth of a second, and its user may have to touch it.
 */
const INTRODUCTION_MS = 15_000

/** How the two ends of a talk show who they are, in every session anew: the other may have lost what it knew. */
export interface Showing {
  /** A session has begun, for which what is shown is good. */
  begin(agreement: Agreement, session: Pick<Session, 'export'>): void
  /** This end says who it is. */
  introduce(): void
  /** Waits for the other's word for so long; then it counts as showing nothing. */
  await(): void
  /** The other's word: one in a session. What it says besides is to be heard when the promise resolves. */
  heard(said: IdentityMessage): Promise<void>
  stop(): void
}

export interface ShowingStart {
  /** What this end shows of itself, and how it takes what the other shows; undefined: neither. */
  readonly introductions: Introductions | undefined
  readonly clock: Clock
  /** This end's communication ID. */
  readonly terminal: Uint8Array
  readonly say: (said: IdentityMessage) => void
  /** Who the other is; undefined: the same as was told last. */
  readonly identified: (identified: Identified | undefined) => void
  /** The session is to end: the other's word is not good, or this end cannot show its own. */
  readonly refused: (code: ErrorCode) => void
}

/** Where either end of a session shows who it is. */
interface Ends {
  readonly own: Introduction
  readonly other: Introduction
}

/** Nothing is shown yet. */
export function startShowing(start: ShowingStart): Showing {
  const { introductions, clock, terminal, say, identified, refused } = start
  /** The two ends of the present session, and those of the last in which the other has shown itself. */
  let ends: Ends | undefined
  let shownIn: Ends | undefined
  /** Who was told last. */
  let told: string | undefined
  let cancel: () => void = () => undefined

  const introduce = async (): Promise<void> => {
    const at = ends
    if (introductions === undefined || at === undefined) return
    try {
      const said = await introductions.introduce(at.own)
      if (said !== undefined && at === ends) say(said)
    } catch (error) {
      if (at === ends) refused(codeOf(error))
    }
  }

  const judge = async (said: IdentityMessage): Promise<void> => {
    const at = ends
    if (introductions === undefined || at === undefined) return
    cancel()
    try {
      const judged = await introductions.judge(said, at.other)
      if (at !== ends) return
      if (!judged.ok) return refused(judged.code)
      const who = nameOf(judged.identified)
      const isNew = who !== told
      told = who
      identified(isNew ? judged.identified : undefined)
    } catch (error) {
      if (at === ends) refused(codeOf(error))
    }
  }

  return {
    begin({ keys, role, sessionId }, session) {
      if (introductions === undefined) return
      const at = { session: sessionId, bound: session.export('identity', 32).expose() }
      const otherRole = role === 'initiator' ? 'responder' : 'initiator'
      ends = {
        own: { ...at, role, terminal },
        other: { ...at, role: otherRole, terminal: keys.peerTerminal },
      }
    },
    introduce: () => void introduce(),
    await() {
      const by = after(clock.now(), INTRODUCTION_MS)
      cancel = clock.wake(by, () => void judge({ type: 'identity', shown: null }))
    },
    async heard(said) {
      if (ends === undefined) return
      if (shownIn === ends) return refused('ERR_TALK_MALFORMED')
      shownIn = ends
      await judge(said)
    },
    stop() {
      cancel()
    },
  }
}

/** Text that is the same for the same key of the same user. */
function nameOf(identified: Identified): string {
  return identified.verified ? `${identified.user} ${identified.keyId.join()}` : ''
}

function codeOf(error: unknown): ErrorCode {
  return error instanceof HufuError ? error.code : 'ERR_INTERNAL'
}

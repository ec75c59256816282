import { HufuError } from '@hufu/protocol/wire'
import type { TokenFacts } from './token/session.ts'

/*
 * A token counts wrong PINs and locks itself for good after a few, three as a rule. A program that is started again and
 * again must not spend them: so what it spent is noted before it is spent, by whoever keeps a profile. No last try is ever
 * spent (`session.ts`); this here keeps to fewer.
 */

/** Wrong PINs in a row that we give a token. Our choice: one fewer than the tokens that are strictest take. */
export const MOST_WRONG_PINS = 2

/** What is noted of a token since its PIN was last right. */
export interface PinNote {
  /** Wrong PINs that we have given it. */
  readonly wrong: number
  /** The token says itself that there were any: when it no longer does, somebody has logged in since. */
  readonly flagged: boolean
}

/** Where notes are kept; durably, so that a restart forgives nothing. */
export interface PinNotes {
  /**
   * Puts what `next` makes of a token's note in its place, while no other process does the same, and resolves once it is on
   * disk. `undefined`: nothing is noted. What `next` throws it rejects with, and nothing has changed.
   *
   * @param token its name, as in `TokenFacts`
   */
  change(token: string, next: (note: PinNote | undefined) => PinNote | undefined): Promise<void>
}

/** What {@link logIn} needs of a token. */
export interface Doorkeeper {
  look(): Promise<TokenFacts>
  enter(): Promise<boolean>
}

/**
 * Gives a token its PIN, unless that might be one time too many.
 *
 * @throws {HufuError} `ERR_HSM_PIN` if the PIN is wrong, too short or too long, or is not tried any more; `ERR_HSM_LOCKED` if the
 * token is locked or has one try left; others as the token has them, and what `notes` throws.
 */
export async function logIn(token: Doorkeeper, pin: string, notes: PinNotes): Promise<void> {
  const facts = await token.look()
  // as if it were wrong: whoever dies now has spent it
  await notes.change(facts.name, (note) => {
    const before = settled(facts, note)
    refuse(facts, before, pin)
    return { wrong: (before?.wrong ?? 0) + 1, flagged: false }
  })
  const asked = await token.enter().catch(async (error: unknown) => {
    const spent = error instanceof HufuError && SPENT.has(error.code)
    const flagged = spent && (await isFlagged(token))
    await notes.change(facts.name, (note) =>
      spent ? { wrong: note?.wrong ?? 1, flagged } : withoutLast(note, facts),
    )
    throw error
  })
  await notes.change(facts.name, (note) => (asked ? undefined : withoutLast(note, facts)))
}

/** The token did not look at the PIN: this try was none. Others, of other processes too, stay noted. */
function withoutLast(note: PinNote | undefined, { pinLow }: TokenFacts): PinNote | undefined {
  const wrong = (note?.wrong ?? 0) - 1
  return wrong > 0 ? { wrong, flagged: pinLow } : undefined
}

const SPENT: ReadonlySet<string> = new Set(['ERR_HSM_PIN', 'ERR_HSM_LOCKED'])

/** A note that the token itself has left behind is of no use any more. */
function settled(facts: TokenFacts, note: PinNote | undefined): PinNote | undefined {
  return note?.flagged === true && !facts.pinLow ? undefined : note
}

function refuse({ pinLow, pinOctets }: TokenFacts, note: PinNote | undefined, pin: string): void {
  const [fewest, most] = pinOctets
  const octets = Buffer.byteLength(pin)
  if (most > 0 && (octets < fewest || octets > most))
    throw new HufuError(
      'ERR_HSM_PIN',
      `the PIN of this token has ${fewest} to ${most} characters; it was not tried`,
    )
  if (note !== undefined && note.wrong >= MOST_WRONG_PINS)
    throw new HufuError(
      'ERR_HSM_PIN',
      `not tried: the last ${note.wrong} PINs were wrong, and one more might lock the token`,
    )
  if (pinLow && note === undefined)
    throw new HufuError(
      'ERR_HSM_PIN',
      'not tried: the token says that it was given a wrong PIN by another program, and not how many tries are left',
    )
}

/** Whether the token says that there were wrong PINs; one that is locked by now need not be asked. */
async function isFlagged(token: Doorkeeper): Promise<boolean> {
  return token.look().then(
    ({ pinLow }) => pinLow,
    () => false,
  )
}

import { hex } from '@hufu/protocol/crypto'
import { HufuError } from '@hufu/protocol/wire'
import type { Call, CallIdentity } from '@hufu/terminal'
import { MESSAGES } from '../messages.ts'
import type { Output } from '../output.ts'
import { callerOf, callsText, tellMissed, type Rung } from './rings.ts'

/** How it is decided whether a call is taken. */
export interface Deciding {
  readonly output: Output
  /** Whether a user who comes with another key than before is taken for the same. */
  readonly accepts: (changed: CallIdentity) => Promise<boolean>
  /** Nobody is asked: whoever is who they were is taken. */
  readonly isAuto: boolean
  readonly signal: AbortSignal
}

/**
 * Shows who calls and by what key, and asks; by itself it only takes calls of those who are who they were. Whoever is not
 * taken is declined, unless it rings no longer.
 *
 * Rejects with `ERR_INTERRUPTED` on Ctrl-C, and when the terminal is gone: that is nobody's no.
 */
export async function isTaken(rung: Rung, how: Deciding): Promise<boolean> {
  const { ring } = rung
  const { output, accepts, isAuto, signal } = how
  const { caller: who } = ring
  void output.event({ event: 'called', ...callerOf(ring) })
  if (rung.isTaken) return true
  output.note(callsText(ring))
  if (typeof who === 'string') output.note(`  ${MESSAGES[who].next}`)
  const isKnown = typeof who !== 'string' && (who.pinned !== 'changed' || (await accepts(who)))
  if (isKnown && isAuto) return true
  if (!isKnown || isAuto) {
    ring.decline()
    output.note('declined')
    return false
  }
  const { ask } = await import('../tty/prompt.ts')
  const answer = await ask(output.screen, {
    text: `Answer, within ${rung.secondsLeft()} s? [Y/n] `,
    shown: true,
    isSudden: true,
    signal: AbortSignal.any([ring.signal, signal]),
  })
  if (signal.aborted) return false
  if (ring.signal.aborted) {
    tellMissed(ring, output)
    return false
  }
  if (answer === undefined && process.stdin.readableEnded) throw new HufuError('ERR_INTERRUPTED')
  if (answer !== undefined && /^(?:|y|yes)$/i.test(answer.trim())) return true
  ring.decline()
  output.note('declined')
  return false
}

/**
 * Joins. Undefined, and told, if it rings no longer: another terminal of the user's was as quick, or whoever calls has given
 * up. Rejects as `RingingCall.accept` otherwise does.
 */
export async function joined({ ring }: Rung, output: Output): Promise<Call | undefined> {
  const { from } = ring
  try {
    const call = await ring.accept()
    await output.event({ event: 'answered', call: hex(call.id), from })
    return call
  } catch (error) {
    if (!(error instanceof HufuError) || error.code !== 'ERR_CALL_UNKNOWN') throw error
    void output.event({ event: 'missed', from, call: hex(ring.call), code: error.code })
    output.note(`${from} rings no longer: taken at another terminal of yours, or given up`)
    return undefined
  }
}

import { HufuError } from '@hufu/protocol/wire'
import type { RingingCall } from '@hufu/terminal'
import { hex } from '@hufu/protocol/crypto'
import { usage, type Arguments } from '../arguments.ts'
import { openCaller, type Caller } from '../call/caller.ts'
import { converse } from '../call/converse.ts'
import { readCallOptions } from '../call/options.ts'
import { keyOf, keyText } from '../call/tell.ts'
import { withFiles } from '../call/with-files.ts'
import type { ExitCode } from '../exit.ts'
import { MESSAGES } from '../messages.ts'
import type { Output } from '../output.ts'
import { pipedInput, type Input } from '../pair/input.ts'
import { report } from '../report.ts'
import { INTERRUPTED, stopOnSignals } from './pair.ts'

/** `hufu answer`: rings whenever somebody calls who is signed in here, and takes one call after the other. */
export async function run(args: Arguments, output: Output): Promise<ExitCode> {
  const options = readCallOptions(args)
  const isTyped = process.stdin.isTTY && process.stderr.isTTY
  const isAuto = args.has('auto')
  if (!isAuto && !isTyped) throw usage('there is no terminal to ask on: give --auto')
  const stop = new AbortController()
  const exitOnStop = stopOnSignals(stop)
  const { signal } = stop
  let ended: HufuError | undefined
  const end = (error: HufuError): void => {
    ended ??= error
    stop.abort()
  }
  const rings: RingingCall[] = []
  let isTalking = false
  let wake: () => void = () => undefined
  signal.addEventListener('abort', () => wake())
  const files = await withFiles(options, end)
  const caller = await openCaller(args, output, {
    signal,
    released: end,
    ringing(ring) {
      rings.push(ring)
      if (isTalking) {
        // not declined: another terminal of this user may answer, and this one may once it is free
        output.note(`${ring.from} calls too: it rings, and is asked about once this call is over`)
        void output.event({ event: 'waits', from: ring.from, call: hex(ring.call) })
      }
      wake()
    },
    on(event) {
      if (event.type === 'attending') void output.event({ event: 'waiting', name: event.user })
      if (event.type === 'deaf') end(new HufuError(event.code))
    },
  })
  let piped: Input | undefined
  const input = async (): Promise<Input> => {
    if (!isTyped) return (piped ??= pipedInput(process.stdin))
    const { typedInput } = await import('../pair/typed-input.ts')
    return typedInput(output.screen, () => stop.abort())
  }
  const { user } = caller
  try {
    for (;;) {
      const ring = rings.shift()
      if (signal.aborted) throw new HufuError('ERR_INTERRUPTED')
      if (ring === undefined) {
        output.note('waiting to be called')
        await new Promise<void>((resolve) => (wake = resolve))
        continue
      }
      if (!(await isTaken(ring, caller, { output, isAuto, signal }))) continue
      try {
        const call = await ring.accept()
        await output.event({ event: 'answered', call: hex(call.id), from: ring.from })
        isTalking = true
        const code = await converse(call, { output, input: await input(), user, ...files, signal })
        isTalking = false
        if (args.has('once') && !signal.aborted) return code
      } catch (error) {
        // whoever calls may have given up at this moment; others may still call
        isTalking = false
        if (args.has('once')) throw error
        await report(error, output)
      }
    }
  } catch (error) {
    if (ended !== undefined) throw ended
    if (!(error instanceof HufuError) || error.code !== 'ERR_INTERRUPTED') throw error
    await output.event(INTERRUPTED)
    return exitOnStop()
  } finally {
    await files.close(output)
    await caller.close()
  }
}

interface Asking {
  readonly output: Output
  readonly isAuto: boolean
  readonly signal: AbortSignal
}

/** Shows who calls and by what key, and asks; by itself it only takes calls of those who are who they were. */
async function isTaken(ring: RingingCall, caller: Caller, how: Asking): Promise<boolean> {
  const { output, isAuto, signal } = how
  const { from, caller: who } = ring
  if (ring.signal.aborted) return false
  const shown = typeof who === 'string' ? { code: who } : keyOf(who)
  void output.event({ event: 'called', from, call: hex(ring.call), ...shown })
  if (typeof who === 'string') {
    output.note(`${from} calls, and cannot be verified: ${MESSAGES[who].what} (${who})`)
    output.note(`  ${MESSAGES[who].next}`)
  } else output.note(`${from} calls; certified: ${keyText(who)}`)
  const isKnown =
    typeof who !== 'string' && (who.pinned !== 'changed' || (await caller.accepts(who)))
  if (isKnown && isAuto) return true
  if (typeof who === 'string' || !isKnown || isAuto) {
    ring.decline()
    output.note('declined')
    return false
  }
  const { ask } = await import('../tty/prompt.ts')
  const seconds = Math.floor(ring.ringMs / 1_000)
  const answer = await ask(output.screen, {
    text: `Answer, within ${seconds} s? [Y/n] `,
    shown: true,
    signal: AbortSignal.any([ring.signal, signal]),
  })
  if (signal.aborted) return false
  if (ring.signal.aborted) {
    const { reason } = ring.signal as { reason: unknown }
    const code = reason instanceof HufuError ? reason.code : 'ERR_CALL_WITHDRAWN'
    output.note(`it rings no longer: ${MESSAGES[code].what} (${code})`)
    return false
  }
  if (answer !== undefined && /^(?:|y|yes)$/i.test(answer.trim())) return true
  ring.decline()
  return false
}

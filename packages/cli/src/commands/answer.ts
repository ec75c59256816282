import { HufuError } from '@hufu/protocol/wire'
import type { Call, CallsEvent } from '@hufu/terminal'
import { usage, type Arguments } from '../arguments.ts'
import { openCaller } from '../call/caller.ts'
import { converse } from '../call/converse.ts'
import { isTaken, joined } from '../call/decide.ts'
import { readCallOptions } from '../call/options.ts'
import { ringsHere } from '../call/rings.ts'
import { orClosed, withFiles } from '../call/with-files.ts'
import type { ExitCode } from '../exit.ts'
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
  let isTalking = false
  const end = (error: HufuError): void => {
    ended ??= error
    stop.abort()
  }
  const rings = ringsHere(output)
  const reachable = reachability(output, () => isTalking)
  let files = await withFiles(options, end)
  const opening = openCaller(args, output, {
    signal,
    released: end,
    ringing: rings.rang,
    on(event) {
      if (event.type === 'attending') void output.event({ event: 'waiting', name: event.user })
      else if (event.type === 'deaf') end(new HufuError(event.code))
      else reachable(event)
    },
  })
  const caller = await orClosed(opening, files, output)
  let isHeard = false
  let piped: Input | undefined
  const input = async (): Promise<Input> => {
    if (!isTyped) return (piped ??= pipedInput(process.stdin))
    const { typedInput } = await import('../pair/typed-input.ts')
    return typedInput(output.screen, () => stop.abort())
  }
  const { user, accepts } = caller
  const talk = async (call: Call): Promise<ExitCode> => {
    const ports = { output, input: await input(), user, ...files, signal }
    return rings.beside(isTyped, (others) => converse(call, { ...ports, others }))
  }
  try {
    for (;;) {
      const rung = await rings.next(signal, () => output.note('waiting to be called'))
      if (!(await isTaken(rung, { output, accepts, isAuto, signal }))) continue
      if (isHeard) files = await files.rewound()
      isHeard = false
      try {
        const call = await joined(rung, output)
        if (call === undefined) continue
        isTalking = true
        isHeard = true
        const code = await talk(call).finally(() => (isTalking = false))
        if (args.has('once') && !signal.aborted && rings.taken === 0) return code
      } catch (error) {
        // whoever calls may have given up at this moment; others may still call
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

/** Tells once that nobody can call here, and once that they can again; a call tells of it itself. */
function reachability(
  output: Output,
  isTalking: () => boolean,
): (event: Extract<CallsEvent, { type: 'connected' | 'lost' }>) => void {
  let isLost = false
  return (event) => {
    const was = isLost
    isLost = event.type === 'lost'
    if (isTalking()) return
    if (event.type === 'lost') {
      void output.event({ event: 'connection', state: 'lost', inMs: event.retryMs })
      if (!was) output.note('the server is lost, and nobody can call; trying again')
      return
    }
    void output.event({ event: 'connection', state: 'connected' })
    if (was) output.note('the server is there again')
  }
}

import { HufuError } from '@hufu/protocol/wire'
import type { Call } from '@hufu/terminal'
import type { Arguments } from '../arguments.ts'
import { openCaller } from '../call/caller.ts'
import { converse } from '../call/converse.ts'
import { isTaken, joined } from '../call/decide.ts'
import { readCallOptions, readPlacing, userIds } from '../call/options.ts'
import { ringsHere } from '../call/rings.ts'
import { orClosed, withFiles, type WithFiles } from '../call/with-files.ts'
import { EXIT, type ExitCode } from '../exit.ts'
import { hex } from '@hufu/protocol/crypto'
import type { Output } from '../output.ts'
import { pipedInput } from '../pair/input.ts'
import { report } from '../report.ts'
import { INTERRUPTED, stopOnSignals } from './pair.ts'

/** `hufu call USER…`: calls users, wherever they are signed in, and talks until the call is over for this end. */
export async function run(args: Arguments, output: Output): Promise<ExitCode> {
  const { users, place } = readPlacing(args)
  const options = readCallOptions(args)
  const isTyped = process.stdin.isTTY && process.stderr.isTTY
  const stop = new AbortController()
  const exitOnStop = stopOnSignals(stop)
  const { signal } = stop
  let ended: HufuError | undefined
  const end = (error: HufuError): void => {
    ended ??= error
    stop.abort()
  }
  const rings = ringsHere(output)
  const files = await withFiles(options, end)
  const opening = openCaller(args, output, {
    signal,
    released: end,
    // who is only there to hand something over is nobody to be called
    ...(isTyped ? { ringing: rings.rang } : {}),
  })
  const caller = await orClosed(opening, files, output)
  const { user, accepts } = caller
  const talk = async (call: Call, brought: WithFiles): Promise<ExitCode> => {
    const { typedInput } = await import('../pair/typed-input.ts')
    const input = isTyped
      ? typedInput(output.screen, () => stop.abort())
      : pipedInput(process.stdin)
    const ports = { output, input, user, ...brought, signal }
    return rings.beside(isTyped, (others) => converse(call, isTyped ? { ...ports, others } : ports))
  }
  try {
    if (signal.aborted) throw new HufuError('ERR_INTERRUPTED')
    const call = await caller.calls.place(userIds(users, user), place)
    await output.event({ event: 'calling', call: hex(call.id), users: [...call.ringing] })
    let code = await talk(call, files)
    while (rings.count > 0 && !signal.aborted) {
      const rung = await rings.next(signal)
      if (!(await isTaken(rung, { output, accepts, isAuto: false, signal }))) continue
      const next = await joined(rung, output)
      if (next === undefined) continue
      // what was brought was for those who were called
      const brought = { ...files, sources: [], audio: undefined, recorder: undefined }
      code = await talk(next, brought)
    }
    if (ended !== undefined) return await report(ended, output)
    return code === EXIT.interrupted ? exitOnStop() : code
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

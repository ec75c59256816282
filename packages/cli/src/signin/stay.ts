import { HufuError, type ErrorCode } from '@hufu/protocol/wire'
import { pair, type SignedIn } from '@hufu/terminal'
import { usage, type Arguments } from '../arguments.ts'
import { INTERRUPTED, stopOnSignals } from '../commands/pair.ts'
import type { ExitCode } from '../exit.ts'
import { terminalIdText } from '../ids.ts'
import { iso } from '../operator/show.ts'
import type { Output } from '../output.ts'
import { converse } from '../pair/converse.ts'
import { pipedInput, type Input } from '../pair/input.ts'
import { teller } from '../pair/tell.ts'
import { answerTo } from '../pair/via.ts'
import { fileProfile } from '../profile/profile.ts'
import { openDesk, type Desk } from './desk.ts'
import { alarm, introductionsAt } from './introductions.ts'
import { openSigner } from './signer.ts'

/** Signs in, rings whenever somebody rings the user, and answers, one after the other, until the sign-in or the process ends. */
export async function stay(args: Arguments, output: Output): Promise<ExitCode> {
  const stop = new AbortController()
  const exitOnStop = stopOnSignals(stop)
  let released: HufuError | undefined
  const desk = await openDesk(args, output, {
    signal: stop.signal,
    on(event) {
      if (event.type !== 'released') return
      released = endOf(event.code, event.reason)
      stop.abort()
    },
  })
  let stayed: { readonly by: Parameters<Desk['signedIn']>[0]; readonly where: SignedIn } | undefined
  try {
    if (desk.stayedBy !== undefined) throw usage(`the process ${desk.stayedBy} stays here already`)
    const { signer, by, key } = await openSigner(desk, args, args.operands[0])
    const where = await desk.signin.stay(signer)
    await desk.signedIn(by, where, { stays: true })
    stayed = { by, where }
    output.note(
      `${where.user} is signed in at this terminal until ${iso(where.expires)}, and longer while this runs`,
    )
    const introductions = await introductionsAt(desk.server, {
      awaited: true,
      accept: alarm(output, desk.questions, args.has('accept-changed-key')),
      ...(key === undefined ? {} : { key }),
    })
    for (;;) await answerOne({ desk, user: where.user, introductions, output, stop })
  } catch (error) {
    if (released !== undefined) throw released
    if (!(error instanceof HufuError) || error.code !== 'ERR_INTERRUPTED') throw error
    await output.event(INTERRUPTED)
    return exitOnStop()
  } finally {
    if (released !== undefined) await desk.places.remove(desk.server)
    else if (stayed !== undefined) await desk.signedIn(stayed.by, stayed.where)
    await desk.close()
  }
}

interface Staying {
  readonly desk: Desk
  readonly user: string
  readonly introductions: Awaited<ReturnType<typeof introductionsAt>>
  readonly output: Output
  readonly stop: AbortController
}

/** Waits for one who rings, and talks. Rejects with `ERR_INTERRUPTED` when it is time to stop. */
async function answerOne({ desk, user, introductions, output, stop }: Staying): Promise<void> {
  const { signal } = stop
  const isTyped = process.stdin.isTTY && process.stderr.isTTY
  let piped: Input | undefined
  const line = async (): Promise<string | undefined> => (piped ??= pipedInput(process.stdin)).line()
  const given = process.env['HUFU_CODE'] ?? ''
  const secret =
    given === '' ? ({ from: 'prompt' } as const) : ({ from: 'given', text: given } as const)
  const passphrase = await answerTo(secret, { output, canAsk: isTyped, line, signal })
  const talk = await pair({
    server: desk.server,
    line: desk.line,
    via: { by: 'attend', user, passphrase },
    introductions,
    profile: fileProfile(desk.profile),
    signal,
    on: teller({ by: 'attend', secret }, output),
  })
  const peer = { terminal: terminalIdText(talk.peerTerminal) }
  await output.event({ event: 'paired', words: talk.words, peer })
  output.note(`paired; both ends show the same four words: ${talk.words.join(' ')}`)
  const { typedInput } = await import('../pair/typed-input.ts')
  const input = isTyped
    ? typedInput(output.screen, () => stop.abort())
    : (piped ?? pipedInput(process.stdin))
  await converse(talk, { output, input, sources: [], receive: undefined, signal })
  if (signal.aborted) throw new HufuError('ERR_INTERRUPTED')
}

function endOf(code: ErrorCode, reason: string): HufuError {
  return new HufuError(code, reason === '' ? undefined : reason)
}

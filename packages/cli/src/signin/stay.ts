import { HufuError, type ErrorCode } from '@hufu/protocol/wire'
import { pair, type SignedIn, type Talk } from '@hufu/terminal'
import { usage, type Arguments } from '../arguments.ts'
import { stayingCalls, type Alone, type StayingCalls } from '../call/staying.ts'
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
  const isTyped = process.stdin.isTTY && process.stderr.isTTY
  let calls: StayingCalls | undefined
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
    // a terminal's chip can pair, and call nobody
    if (key !== undefined) {
      calls = await stayingCalls(args, { desk, key, output, isTyped, stop })
      output.note(`whoever calls rings here, too: hufu call ${where.user}`)
    }
    const alone = oneAtATime()
    const staying = { desk, user: where.user, introductions, calls, alone, isTyped, output, stop }
    for (;;) await answerOne(staying)
  } catch (error) {
    if (released !== undefined) throw released
    if (!(error instanceof HufuError) || error.code !== 'ERR_INTERRUPTED') throw error
    await output.event(INTERRUPTED)
    return exitOnStop()
  } finally {
    if (released !== undefined) await desk.places.remove(desk.server)
    else if (stayed !== undefined) await desk.signedIn(stayed.by, stayed.where)
    calls?.close()
    await desk.close()
  }
}

interface Staying {
  readonly desk: Desk
  readonly user: string
  readonly introductions: Awaited<ReturnType<typeof introductionsAt>>
  readonly calls: StayingCalls | undefined
  readonly alone: Alone
  readonly isTyped: boolean
  readonly output: Output
  readonly stop: AbortController
}

/** Waits for one who rings or calls, and talks. Rejects with `ERR_INTERRUPTED` when it is time to stop. */
async function answerOne(staying: Staying): Promise<void> {
  const { calls, alone, stop } = staying
  const turn = new AbortController()
  const signal = AbortSignal.any([stop.signal, turn.signal])
  let input: Input | undefined
  const piped = (): Input => (input ??= pipedInput(process.stdin))
  const [ringing, calling] = [rung(staying, piped, signal), calls?.taken(signal, alone)]
  const talks = ringing.then((talk) => () => converseWith(talk, staying, piped))
  const answers = calling?.then((one) => () => calls!.answer(one))
  const first = await Promise.race([talks, ...(answers === undefined ? [] : [answers])]).finally(
    () => turn.abort(),
  )
  // the other is over as soon as it hears: who has rung at this very moment finds nobody
  const [talk] = await Promise.allSettled([talks, answers])
  if (talk.status === 'fulfilled' && talk.value !== first) (await ringing).abort()
  await first()
  if (stop.signal.aborted) throw new HufuError('ERR_INTERRUPTED')
}

/** Somebody who rings, and knows the passphrase. */
async function rung(staying: Staying, piped: () => Input, signal: AbortSignal): Promise<Talk> {
  const { desk, user, introductions, alone, isTyped, output } = staying
  const given = process.env['HUFU_CODE'] ?? ''
  const secret =
    given === '' ? ({ from: 'prompt' } as const) : ({ from: 'given', text: given } as const)
  const line = async (): Promise<string | undefined> => piped().line()
  const answer = await answerTo(secret, { output, canAsk: isTyped, line, signal })
  return pair({
    server: desk.server,
    line: desk.line,
    via: {
      by: 'attend',
      user,
      passphrase: (ringing) =>
        secret.from === 'prompt' ? alone(() => answer(ringing)) : answer(ringing),
    },
    introductions,
    profile: fileProfile(desk.profile),
    signal,
    on: teller({ by: 'attend', secret }, output),
  })
}

async function converseWith(talk: Talk, staying: Staying, piped: () => Input): Promise<void> {
  const { calls, isTyped, output, stop } = staying
  const peer = { terminal: terminalIdText(talk.peerTerminal) }
  await output.event({ event: 'paired', words: talk.words, peer })
  output.note(`paired; both ends show the same four words: ${talk.words.join(' ')}`)
  const { typedInput } = await import('../pair/typed-input.ts')
  const input = isTyped ? typedInput(output.screen, () => stop.abort()) : piped()
  const { signal } = stop
  const converses = async (): Promise<void> =>
    void (await converse(talk, { output, input, sources: [], receive: undefined, signal }))
  await (calls === undefined ? converses() : calls.beside(converses))
}

/** A question waits until the one before it is answered, or taken back. */
function oneAtATime(): Alone {
  let before: Promise<unknown> = Promise.resolve()
  return (ask) => {
    const asked = before.then(ask, ask)
    before = asked
    return asked
  }
}

function endOf(code: ErrorCode, reason: string): HufuError {
  return new HufuError(code, reason === '' ? undefined : reason)
}

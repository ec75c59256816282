import { setTimeout as sleep } from 'node:timers/promises'
import { HufuError, type ErrorCode } from '@hufu/protocol/wire'
import { systemClock, type Call, type CallClosed, type CallEvent } from '@hufu/terminal'
import type { AudioSource, Recorder } from '../audio/index.ts'
import { EXIT, EXIT_OF, type ExitCode } from '../exit.ts'
import type { OpenedSource } from '../files/source.ts'
import type { Output } from '../output.ts'
import { receiver } from '../pair/incoming.ts'
import type { Input } from '../pair/input.ts'
import { sender } from '../pair/outgoing.ts'
import { progressBoard } from '../pair/progress.ts'
import { report } from '../report.ts'
import { attendance } from './attendance.ts'
import { act, type Hands } from './hands.ts'
import type { Others } from './rings.ts'
import { tell } from './tell.ts'

/** Milliseconds for a goodbye when nobody reads our output any more. Our choice. */
const HASTY_MS = 500
/** Lines that may be on their way at a time. Our choice. */
const MOST_OPEN = 2_000
/** Milliseconds that sound waits for its connection, before it begins without. Our choice. */
const SOUND_MS = 5_000
/** Milliseconds after which whoever has answered is told that nobody lets it in. Our choice. */
const SLOW_MS = 3_000

/** What a conversation has besides the call. */
export interface ConversationPorts {
  readonly output: Output
  readonly input: Input
  /** Who this end is. */
  readonly user: string
  /** To be sent at once; if there are any, this end leaves when they are across. */
  readonly sources: readonly OpenedSource[]
  /** Folder for whatever is offered. */
  readonly receive: string | undefined
  readonly audio: AudioSource | undefined
  readonly recorder: Recorder | undefined
  /** Whoever calls meanwhile, where somebody can be rung. */
  readonly others?: Others
  /** Aborted to leave at once. */
  readonly signal: AbortSignal
}

/**
 * Talks until the call is over for this end, and resolves the exit code. Who is called is waited for before anything that is
 * not typed is said: a line is for those who are there.
 *
 * Whoever came to send leaves when it is across; whoever spoke, at the end of the input; whoever only listens, when all
 * others have left. A host that goes so ends the call: it was for what it had to say.
 */
export async function converse(call: Call, ports: ConversationPorts): Promise<ExitCode> {
  const { output, input, sources, signal, recorder } = ports
  const here = attendance()
  const ready = Promise.withResolvers<boolean>()
  const sounding = Promise.withResolvers<void>()
  const silenced = new AbortController()
  let said = 0
  let taken = 0
  let missed = 0
  let room: PromiseWithResolvers<void> | undefined
  let inputEnded = false
  let quitting: 'leave' | 'end' | undefined
  let isPlaying = ports.audio !== undefined
  let isLeaving = false
  let hasEnded = false
  let isOver = false
  let isTold = false
  let toldCode = ''
  let inputError: unknown
  let nobody: ErrorCode | undefined

  const go = (how: 'leave' | 'end'): void => {
    if (isLeaving) return
    isLeaving = true
    input.stop()
    hasEnded = how === 'end' && call.isHost
    void (hasEnded ? call.end() : call.leave()).catch(ignored)
  }
  const review = (): void => {
    if (isLeaving || isOver) return
    const open = said - taken - missed
    const isBusy = open > 0 || sending.busy || receiving.busy || isPlaying
    const isDone = quitting !== undefined || isSent() || isSpent()
    if (isDone && (!isBusy || (here.isAlone && !receiving.busy))) go(quitting ?? 'end')
  }
  const isSent = (): boolean => sources.length > 0 && sending.count >= sources.length
  /** Nothing more will be said here, and nobody is left to listen to. */
  const isSpent = (): boolean => {
    if (!inputEnded || !here.came) return false
    return said + sending.count > 0 || ports.audio !== undefined || here.isAlone
  }
  // A moment later: what came along with the last acknowledgement is dealt with first.
  const soon = (): void => void setImmediate(() => setImmediate(review))

  const board = progressBoard(output)
  const sending = sender(call, output, board, soon)
  const { receive: directory } = ports
  const receiving = receiver({ output, board, directory, canAsk: input.typed, settled: soon })

  const settled = (): void => {
    room?.resolve()
    soon()
    if (isTold) return
    isTold = true
    setImmediate(() => {
      isTold = false
      if (!isOver) void output.event({ event: 'acknowledged', count: taken })
    })
  }
  const counted = async (acknowledged: Promise<void>): Promise<void> => {
    try {
      await acknowledged
      taken += 1
    } catch {
      missed += 1
    }
    settled()
  }
  const say = async (text: string): Promise<boolean> => {
    said += 1
    while (said - taken - missed > MOST_OPEN && !isOver)
      await (room = Promise.withResolvers()).promise
    try {
      const { acknowledged } = await call.say(text)
      void counted(acknowledged)
      return true
    } catch (error) {
      if (error instanceof HufuError && error.code === 'ERR_USAGE') {
        said -= 1 // nobody was to have it
        throw error
      }
      missed += 1
      return false
    }
  }

  const hands: Hands = {
    call,
    user: ports.user,
    output,
    say,
    sending,
    receiving,
    others: ports.others,
    quit(how) {
      quitting = how
      if (sending.busy || receiving.busy)
        output.note('leaving when the files are across; Ctrl-C leaves at once')
      soon()
    },
  }
  const speak = async (): Promise<void> => {
    try {
      if (!input.typed && !(await ready.promise)) return
      for (let more = true; more;) {
        const line = await input.line()
        if (line === undefined) break
        more = await (input.typed ? act(line, hands) : say(line))
      }
    } catch (error) {
      inputError = error
      quitting = 'leave'
    }
    inputEnded = true
    if (input.typed) quitting ??= 'leave'
    soon()
  }
  const perform = async (): Promise<void> => {
    if (!(await ready.promise)) return
    for (const source of sources) sending.send(source)
    if (ports.audio !== undefined) {
      const { play } = await import('../audio/index.ts')
      await Promise.race([sounding.promise, sleep(SOUND_MS, undefined, { ref: false })])
      const until = AbortSignal.any([signal, silenced.signal])
      await play(ports.audio, (payload) => call.sendMedia(payload), systemClock, until)
    }
    isPlaying = false
    soon()
  }

  /** What those who are there have in common, as soon as there is something, and whenever it changes. */
  const showCode = async (): Promise<void> => {
    const { code } = call
    const words = code?.words.join(' ') ?? ''
    if (code === undefined || !here.came || words === toldCode) return
    if (toldCode === '' && input.typed) output.note('/code shows what all can compare aloud')
    toldCode = words
    await output.event({ event: 'callcode', words: code.words, digits: code.digits })
  }

  const show = async (event: Exclude<CallEvent, CallClosed>): Promise<boolean> => {
    switch (event.type) {
      case 'text': {
        const { user, text } = event
        if (output.json) return output.event({ event: 'text', text, user })
        // a line of one member must not look like several, one of them another's
        return output.line(`${user}: ${text.replaceAll(/[\r\n\u0085\u2028\u2029]/g, '\u{FFFD}')}`)
      }
      case 'offer':
        receiving.offered(event.incoming, event.user)
        return true
      default: {
        const reads = await tell(event, call, output)
        if (event.type === 'hop') here.hopped(event.members)
        if (event.type === 'member') {
          here.heard(event)
          if (here.isSettled && !here.came && call.isHost) {
            nobody ??= here.why
            isPlaying = false
            quitting = 'end'
          }
          if (input.typed && here.came && here.isAlone && event.state === 'left')
            output.note('nobody else is in the call; /leave leaves')
          soon()
        }
        if (event.type === 'connection' && event.of === 'media') sounding.resolve()
        if (here.came) recorder?.start()
        // who has come is shown before there is a key for all of them: the beginning would be lost
        if (here.isSettled && here.came && here.haveKey) ready.resolve(true)
        await showCode()
        return reads
      }
    }
  }

  const hear = async (): Promise<CallClosed | undefined> => {
    for await (const event of call.events()) {
      if (event.type === 'closed') return event
      if (!(await show(event))) return undefined
    }
    return undefined
  }

  if (recorder !== undefined) call.hearMedia((from, payload) => recorder.hear(from, payload))
  const interrupted = (): void => call.abort()
  signal.addEventListener('abort', interrupted, { once: true })
  if (signal.aborted) call.abort()
  const slow = setTimeout(() => {
    if (!call.isHost && !here.came && !isLeaving)
      output.note('answered; whoever calls does not let you in yet. Ctrl-C gives it up')
  }, SLOW_MS)
  void speak()
  void perform().catch((error: unknown) => {
    inputError ??= error
    quitting = 'leave'
    isPlaying = false
    soon()
  })
  const closed = (await hear()) ?? (await leaveHastily(call))
  isOver = true
  clearTimeout(slow)
  ready.resolve(false)
  sounding.resolve()
  silenced.abort()
  signal.removeEventListener('abort', interrupted)
  input.stop()
  room?.resolve()
  recorder?.pause()
  output.screen.status(undefined)

  if (isTold) await output.event({ event: 'acknowledged', count: taken })
  const unacknowledged = Math.max(closed?.unacknowledged ?? 0, said - taken)
  const code = closed?.code ?? null
  const { reason = '', counts } = closed ?? {}
  await output.event({
    event: 'closed',
    code,
    unacknowledged,
    reason,
    ...(counts === undefined ? {} : { frames: counts }),
  })
  if (unacknowledged > 0)
    output.note(`hufu: ${unacknowledged} of what you said did not reach everybody, or may not have`)
  if (signal.aborted) return EXIT.interrupted
  if (inputError !== undefined) return report(inputError, output)
  if (nobody !== undefined) return report(new HufuError(nobody), output)
  if (code === 'ERR_CALL_ENDED') output.note('the host has ended the call')
  else if (code === null) output.note(`you have ${hasEnded ? 'ended' : 'left'} the call`)
  else return report(new HufuError(code, reason === '' ? undefined : reason), output)
  const failure = sending.failure ?? receiving.failure
  if (failure !== undefined) return EXIT_OF[failure]
  return unacknowledged > 0 ? EXIT.gone : EXIT.success
}

/** Nobody reads: waiting for more is of no use. */
async function leaveHastily(call: Call): Promise<undefined> {
  await Promise.race([call.leave(), sleep(HASTY_MS)])
  call.abort()
}

function ignored(): void {
  // the events say how it ended
}

import { setTimeout as sleep } from 'node:timers/promises'
import { HufuError } from '@hufu/protocol/wire'
import type { Talk, TalkClosed } from '@hufu/terminal'
import { EXIT, EXIT_OF, type ExitCode } from '../exit.ts'
import type { OpenedSource } from '../files/source.ts'
import { typedPath } from '../files/typed-path.ts'
import type { Output } from '../output.ts'
import { report } from '../report.ts'
import { isTimeToLeave } from './departure.ts'
import { hear } from './hear.ts'
import { receiver, type Receiver } from './incoming.ts'
import type { Input } from './input.ts'
import { sender, type Sender } from './outgoing.ts'
import { progressBoard } from './progress.ts'
import { speaker, type Speaker } from './speaker.ts'
import { readTyped, TYPED_HELP } from './typed.ts'

/** Milliseconds for a goodbye when nobody reads our output any more. Our choice. */
const HASTY_MS = 500

/** What a conversation has besides the talk. */
export interface ConversationPorts {
  readonly output: Output
  readonly input: Input
  /** To be sent at once; if there are any, this end leaves when they are across. */
  readonly sources: readonly OpenedSource[]
  /** Folder for whatever is offered. */
  readonly receive: string | undefined
  /** Aborted to leave at once. */
  readonly signal: AbortSignal
}

/** Talks until it is over, and resolves the exit code. When this end leaves is {@link isTimeToLeave}'s matter. */
export async function converse(talk: Talk, ports: ConversationPorts): Promise<ExitCode> {
  const { output, input, sources, signal } = ports
  let inputEnded = false
  let quitting = false
  let peerFinished = false
  let left = false
  let inputError: unknown

  const review = (): void => {
    if (left) return
    const busy = speaking.open > 0 || sending.busy || receiving.busy
    const spoke = speaking.said + sending.count > 0
    const cameToSend = sources.length > 0
    if (isTimeToLeave({ busy, quitting, cameToSend, inputEnded, spoke, peerFinished })) {
      left = true
      input.stop()
      void talk.leave()
    } else if (inputEnded && !sending.busy) talk.finished()
  }
  // A moment later: an offer that came along with the last acknowledgement is dealt with first.
  const soon = (): void => void setImmediate(() => setImmediate(review))
  const quit = (): void => {
    quitting = true
    if (sending.busy || receiving.busy)
      output.note('leaving when the files are across; Ctrl-C leaves at once')
    soon()
  }

  const board = progressBoard(output)
  const speaking = speaker(talk, output, soon)
  const sending = sender(talk, output, board, soon)
  const receiving = receiver({
    output,
    board,
    directory: ports.receive,
    canAsk: input.typed,
    settled: soon,
  })
  const hands: Hands = { output, speaking, sending, receiving, quit }

  const speak = async (): Promise<void> => {
    try {
      for (let more = true; more;) {
        const line = await input.line()
        if (line === undefined) break
        more = await (input.typed ? act(line, hands) : speaking.say(line))
      }
    } catch (error) {
      inputError = error
      quitting = true
    }
    inputEnded = true
    if (input.typed) quit()
    else soon()
  }

  signal.addEventListener('abort', () => talk.abort(), { once: true })
  if (signal.aborted) talk.abort()
  for (const source of sources) sending.send(source)
  void speak()
  let closed = await hear(talk, output, input.typed, {
    offered: receiving.offered,
    finished() {
      peerFinished = true
      soon()
    },
    leaving() {
      input.stop()
      quitting = true
      soon()
    },
  })
  closed ??= await leaveHastily(talk)
  input.stop()
  output.screen.status(undefined)

  const unacknowledged = Math.max(closed?.unacknowledged ?? 0, speaking.open)
  await output.event({ event: 'closed', code: closed?.code ?? null, unacknowledged })
  if (unacknowledged > 0)
    output.note(`hufu: ${unacknowledged} of what you sent did not reach the other, or may not have`)
  if (signal.aborted) return EXIT.interrupted
  if (inputError !== undefined) return report(inputError, output)
  if (closed?.code !== undefined) {
    const exit = await report(new HufuError(closed.code), output)
    return exit === EXIT.server && unacknowledged > 0 ? EXIT.gone : exit
  }
  const failure = sending.failure ?? receiving.failure
  if (failure !== undefined) return EXIT_OF[failure]
  return unacknowledged > 0 ? EXIT.gone : EXIT.success
}

/** What a typed line can set in motion. */
interface Hands {
  readonly output: Output
  readonly speaking: Speaker
  readonly sending: Sender
  readonly receiving: Receiver
  readonly quit: () => void
}

/** Does what was typed; false if the session is over. What cannot be done is told, and the session goes on. */
async function act(line: string, hands: Hands): Promise<boolean> {
  try {
    return await perform(line, hands)
  } catch (error) {
    if (!(error instanceof HufuError) || !error.code.startsWith('ERR_FILE')) throw error
    await report(error, hands.output, '/help')
    return true
  }
}

async function perform(line: string, hands: Hands): Promise<boolean> {
  const { output, speaking, sending, receiving } = hands
  const typed = readTyped(line)
  switch (typed.do) {
    case 'say':
      return speaking.say(typed.text)
    case 'send': {
      const { openSource } = await import('../files/source.ts')
      sending.send(await openSource(typedPath(typed.path)))
      return true
    }
    case 'accept':
      if (!(await receiving.accept(typedPath(typed.directory)))) output.note('nothing is offered')
      return true
    case 'decline':
      if (!receiving.decline()) output.note('nothing is offered')
      return true
    case 'quit':
      hands.quit()
      return true
    case 'unknown':
      output.note(`there is no /${typed.word}`)
      break
    case 'help':
      break
  }
  for (const text of TYPED_HELP) output.note(text)
  return true
}

/** Nobody reads: what came last is not acknowledged, and waiting for more is of no use. */
async function leaveHastily(talk: Talk): Promise<TalkClosed | undefined> {
  const closed = await Promise.race([talk.leave(), sleep(HASTY_MS)])
  if (closed === undefined) talk.abort()
  return closed ?? undefined
}

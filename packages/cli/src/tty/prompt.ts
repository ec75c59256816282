import { StringDecoder } from 'node:string_decoder'
import { setTimeout as sleep } from 'node:timers/promises'
import { HufuError } from '@hufu/protocol/wire'
import { outlivesTerminal } from './modes.ts'
import type { Editor, Screen } from './screen.ts'

/** How a question is asked. */
export interface Question {
  readonly text: string
  /** Whether what is typed shows. */
  readonly shown: boolean
  /** What was typed before it was asked is no answer: it comes when nobody waits for it, and must not be answered unseen. */
  readonly isSudden?: boolean
  /** Takes the question back: the answer is `undefined`. */
  readonly signal?: AbortSignal
}

/**
 * Asks on the terminal and resolves what was typed, without its end; `undefined` if the question was taken back or the
 * input ended. Question and echo go to stderr, so that stdout holds results only.
 *
 * @throws {HufuError} `ERR_INTERRUPTED` on Ctrl-C
 */
export async function ask(screen: Screen, question: Question): Promise<string | undefined> {
  const { stdin, stderr } = process
  const { signal } = question
  const isOver = (): boolean => signal?.aborted === true || stdin.readableEnded
  if (isOver()) return undefined
  const { promise, resolve, reject } = Promise.withResolvers<string | undefined>()
  const decoder = new StringDecoder('utf8')
  let typed: string[] = []

  const echo = (text: string): void => {
    if (question.shown) stderr.write(text)
  }
  const key = (letter: string): void => {
    if (letter === '\r' || letter === '\n') resolve(typed.join(''))
    else if (letter === CTRL_C) reject(new HufuError('ERR_INTERRUPTED'))
    else if (letter === CTRL_D && typed.length === 0) resolve(undefined)
    else if (letter === CTRL_U) {
      echo('\b \b'.repeat(typed.length))
      typed = []
    } else if (letter === BACKSPACE || letter === '\b') {
      if (typed.pop() !== undefined) echo('\b \b')
    } else if (letter >= ' ') {
      typed.push(letter)
      echo(letter)
    }
  }
  const read = (chunk: Buffer): void => {
    // An escape sequence is a key that means nothing here.
    for (const letter of decoder.write(chunk).replaceAll(ESCAPES, '')) key(letter)
  }
  const taken = (): void => resolve(undefined)

  outlivesTerminal(stdin)
  stdin.setRawMode(true)
  if (question.isSudden === true) await discardTyped(stdin)
  if (isOver()) {
    stdin.setRawMode(false)
    return undefined
  }
  const asked = questionLine(question, () => typed)
  if (screen.drawn) screen.keep(asked)
  else stderr.write(question.text)
  stdin.on('data', read).once('end', taken)
  stdin.resume()
  signal?.addEventListener('abort', taken, { once: true })
  try {
    return await promise
  } finally {
    signal?.removeEventListener('abort', taken)
    stdin.off('data', read).off('end', taken)
    stdin.pause()
    stdin.setRawMode(false)
    stderr.write('\n')
    asked.left()
    screen.keep(undefined)
  }
}

/**
 * Reads what is there, and forgets it.
 *
 * @throws {HufuError} `ERR_INTERRUPTED` if Ctrl-C is in it
 */
async function discardTyped(stdin: NodeJS.ReadStream): Promise<void> {
  let isInterrupted = false
  const read = (chunk: Buffer): void => {
    if (chunk.includes(CTRL_C)) isInterrupted = true
  }
  stdin.on('data', read).resume()
  await sleep(DISCARD_MS)
  stdin.off('data', read).pause()
  if (!isInterrupted) return
  stdin.setRawMode(false)
  throw new HufuError('ERR_INTERRUPTED')
}

/** The question and its answer so far, as the lowest line of a terminal; `left`: the cursor is below it. */
function questionLine(
  { text, shown }: Question,
  typed: () => readonly string[],
): Editor & { left(): void } {
  const line = (): string => text + (shown ? typed().join('') : '')
  let isLeft = false
  return {
    getCursorPos() {
      const columns = process.stderr.columns > 0 ? process.stderr.columns : USUAL_COLUMNS
      const { length } = line()
      return isLeft
        ? { rows: 0, cols: 0 }
        : { rows: Math.floor(length / columns), cols: length % columns }
    },
    setPrompt: () => undefined,
    prompt: () => void process.stderr.write(line()),
    left: () => void (isLeft = true),
  }
}

/** Milliseconds in which what was typed before has come. Our choice: nobody answers as fast what is not shown yet. */
const DISCARD_MS = 30
/** Some terminals say 0. */
const USUAL_COLUMNS = 80

const CTRL_C = '\u0003'
const CTRL_D = '\u0004'
const CTRL_U = '\u0015'
const BACKSPACE = '\u007F'
// oxlint-disable-next-line no-control-regex
const ESCAPES = /\u001B(?:\[[0-9;]*[~A-Za-z]|O.|.)?/g

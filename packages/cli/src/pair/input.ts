import { createInterface } from 'node:readline'
import { lines } from '../lines.ts'
import type { Screen } from '../tty/screen.ts'

/** Where what is said comes from. */
export interface Input {
  /** Whether a person types. */
  readonly typed: boolean
  /** The next line; `undefined` at the end. Throws `ERR_USAGE` for what cannot be sent. */
  line(): Promise<string | undefined>
  /** Asks for no more. */
  stop(): void
}

/** Lines of stdin where it is no terminal: read when asked for, so that a fast source waits. */
export function pipedInput(stdin: AsyncIterable<Uint8Array> & { destroy(): void }): Input {
  const source = lines(stdin)
  let stopped = false
  return {
    typed: false,
    async line() {
      try {
        const next = await source.next()
        return next.done === true || stopped ? undefined : next.value
      } catch (error) {
        if (stopped) return undefined // whoever stops in the middle of a read ends it
        throw error
      }
    },
    stop() {
      stopped = true
      stdin.destroy()
    },
  }
}

/** Lines typed at a terminal, edited below everything else. `interrupted`: Ctrl-C. */
export function typedInput(screen: Screen, interrupted: () => void): Input {
  const editor = createInterface({ input: process.stdin, output: process.stderr, terminal: true })
  const typed: string[] = []
  let ended = false
  let wake: () => void = () => undefined
  editor.on('line', (line) => {
    typed.push(line)
    wake()
  })
  editor.on('close', () => {
    ended = true
    screen.keep(undefined)
    wake()
  })
  editor.on('SIGINT', interrupted)
  screen.keep(editor)
  return {
    typed: true,
    async line() {
      while (typed.length === 0 && !ended) {
        editor.prompt(true)
        await new Promise<void>((resolve) => (wake = resolve))
      }
      return typed.shift()
    },
    stop() {
      ended = true
      editor.close()
    },
  }
}

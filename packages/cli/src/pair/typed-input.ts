import { createInterface } from 'node:readline'
import { outlivesTerminal } from '../tty/modes.ts'
import type { Screen } from '../tty/screen.ts'
import type { Input } from './input.ts'

/** Lines typed at a terminal, edited below everything else. `interrupted`: Ctrl-C. */
export function typedInput(screen: Screen, interrupted: () => void): Input {
  outlivesTerminal(process.stdin)
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
  // back from Ctrl-Z: a readline listens again only when it is asked to
  editor.on('SIGCONT', () => editor.prompt(true))
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

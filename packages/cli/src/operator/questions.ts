import { HufuError } from '@hufu/protocol/wire'
import { usage } from '../arguments.ts'
import { lines } from '../lines.ts'
import type { Output } from '../output.ts'

/** Asks for what must not stand on a command line. */
export interface Questions {
  /** @throws {HufuError} `ERR_INTERRUPTED`; `ERR_USAGE` if stdin has no further line. */
  ask(text: string, shown: boolean): Promise<string>
}

/** Whoever sits at the terminal is asked; where nobody does, stdin has the answers, one a line, in the same order. */
export function questionsOn(output: Output): Questions {
  if (process.stdin.isTTY) return { ask: (text, shown) => askPerson(output, text, shown) }
  const answers = lines(process.stdin)
  return {
    async ask(text) {
      const { value } = await answers.next()
      if (value === undefined) throw usage(`stdin has no line for "${text.replace(/:? $/, '')}"`)
      return value.replace(/\r$/, '')
    },
  }
}

async function askPerson(output: Output, text: string, shown: boolean): Promise<string> {
  const { ask } = await import('../tty/prompt.ts')
  const answer = await ask(output.screen, { text, shown })
  if (answer === undefined) throw new HufuError('ERR_INTERRUPTED')
  return answer
}

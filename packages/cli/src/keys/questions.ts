import { preparePassphrase } from '@hufu/protocol/pair'
import { HufuError } from '@hufu/protocol/wire'
import { usage } from '../arguments.ts'
import { lines } from '../lines.ts'
import type { Output } from '../output.ts'

/** Fewest characters of a passphrase that is chosen for a file: whoever has the file may guess for long. Our choice. */
const LEAST_CHARACTERS = 12
/** How often a person may mistype a passphrase before the command gives up. Our choice. */
const TRIES = 3

/** Asks for what must not stand on a command line. Every answer rejects with `ERR_INTERRUPTED` if the user wants to go. */
export interface KeyQuestions {
  /** Whether there is a person to ask. */
  readonly canAsk: boolean
  /** A line that may be seen. Rejects with `ERR_USAGE`, naming `instead`, where nobody is there to ask. */
  shown(text: string, instead: string): Promise<string>
  /** A line that must not be seen: `HUFU_…` of that name, or whoever sits there. */
  hidden(text: string, variable: string): Promise<string>
  /** The code of an invitation: the first line of stdin with `--code-stdin`, `HUFU_CODE`, or whoever sits there. */
  code(text: string): Promise<string>
  /** A passphrase that is chosen: asked for twice. `HUFU_KEY_PASSPHRASE` stands in for it. */
  newPassphrase(what: string): Promise<Uint8Array>
  /** The passphrase that opens `what`; asked for again while `open` rejects with `ERR_KEY_PASSPHRASE`. */
  opening<T>(what: string, open: (passphrase: Uint8Array) => Promise<T> | T): Promise<T>
  /** Yes or no; `byDefault` where nobody is there. */
  yes(text: string, byDefault: boolean): Promise<boolean>
}

/** Questions on this process's terminal. */
export function keyQuestions(
  output: Output,
  options: { readonly codeFromStdin: boolean; readonly signal?: AbortSignal },
): KeyQuestions {
  const canAsk = process.stdin.isTTY && process.stderr.isTTY
  const ask = async (text: string, shown: boolean, isSudden = false): Promise<string> => {
    const prompt = await import('../tty/prompt.ts')
    const { signal } = options
    const question = { text, shown, isSudden, ...(signal === undefined ? {} : { signal }) }
    const answer = await prompt.ask(output.screen, question)
    if (answer === undefined) throw new HufuError('ERR_INTERRUPTED')
    return answer
  }
  const hidden: KeyQuestions['hidden'] = async (text, variable) => {
    const given = process.env[variable]
    if (given !== undefined && given !== '') return given
    if (!canAsk) throw usage(`there is no terminal to ask on: set ${variable}`)
    return ask(text, false)
  }

  return {
    canAsk,
    async shown(text, instead) {
      if (!canAsk) throw usage(`there is no terminal to ask on: ${instead}`)
      return ask(text, true)
    },
    hidden,
    async code(text) {
      if (!options.codeFromStdin) {
        const given = process.env['HUFU_CODE']
        if (given !== undefined && given !== '') return given
        if (canAsk) return ask(text, true)
        throw usage('there is no terminal to ask on: set HUFU_CODE, or give --code-stdin')
      }
      const { value } = await lines(process.stdin).next()
      if (value === undefined) throw usage('--code-stdin: stdin has no first line')
      return value.trim()
    },
    async newPassphrase(what) {
      for (;;) {
        const typed = await hidden(`New passphrase for ${what}: `, PASSPHRASE)
        const isGiven = process.env[PASSPHRASE] === typed
        const prepared = preparePassphrase(typed)
        const fault = !prepared.ok
          ? 'a passphrase must not have characters that cannot be typed'
          : typed.length < LEAST_CHARACTERS
            ? `a passphrase has at least ${LEAST_CHARACTERS} characters: whoever gets the file may guess for long`
            : undefined
        if (fault !== undefined && isGiven) throw usage(fault)
        if (fault !== undefined) output.note(fault)
        else if (isGiven || (await ask('Once more: ', false)) === typed)
          return prepared.ok ? prepared.value : new Uint8Array(0)
        else output.note('the two differ')
      }
    },
    async opening(what, open) {
      for (let left = TRIES; ; left -= 1) {
        const typed = await hidden(`Passphrase of ${what}: `, PASSPHRASE)
        const prepared = preparePassphrase(typed)
        try {
          if (!prepared.ok) throw new HufuError('ERR_KEY_PASSPHRASE')
          return await open(prepared.value)
        } catch (error) {
          const isWrong = error instanceof HufuError && error.code === 'ERR_KEY_PASSPHRASE'
          if (!isWrong || left === 1 || process.env[PASSPHRASE] === typed) throw error
          output.note('the passphrase does not open the key')
        } finally {
          if (prepared.ok) prepared.value.fill(0)
        }
      }
    },
    async yes(text, byDefault) {
      if (!canAsk) return byDefault
      const answer = (await ask(text, true, true)).trim().toLowerCase()
      return answer === '' ? byDefault : answer.startsWith('y')
    },
  }
}

const PASSPHRASE = 'HUFU_KEY_PASSPHRASE'

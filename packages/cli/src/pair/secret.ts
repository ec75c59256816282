import {
  nearestWord,
  parseCode,
  preparePassphrase,
  WORDS,
  type PairCode,
} from '@hufu/protocol/pair'
import { HufuError } from '@hufu/protocol/wire'
import { usage } from '../arguments.ts'
import type { Output } from '../output.ts'
import { MESSAGES } from '../messages.ts'
import type { SecretFrom } from './intent.ts'

/** What a secret can be taken from. */
export interface SecretPorts {
  readonly output: Output
  /** Whether there is a person to ask. */
  readonly canAsk: boolean
  /** The next line of stdin. */
  readonly line: () => Promise<string | undefined>
  /** Takes every question back. */
  readonly signal: AbortSignal
}

/**
 * The code to join with. Where there is a person, a word that is not in the list is asked about before anything is sent:
 * a code is good for one try.
 *
 * @throws {HufuError} `ERR_PAIR_CODE`, `ERR_USAGE`, `ERR_INTERRUPTED`
 */
export async function codeFrom(secret: SecretFrom, ports: SecretPorts): Promise<PairCode> {
  let text = secret.from === 'prompt' ? undefined : await textOf(secret, ports)
  for (;;) {
    const isFirst = text !== undefined
    text ??= await asked(ports, 'Code: ')
    const code = parseCode(text)
    if (!code.ok && isFirst) throw new HufuError(code.code)
    if (!code.ok) ports.output.note('A code is a number and three words: 4821-tango-orbit-lilac.')
    const settled: string | undefined =
      code.ok && ports.canAsk ? await settleWords(text, ports) : text
    const meant = parseCode(settled ?? '')
    if (meant.ok) return meant.value
    text = undefined
  }
}

/**
 * A passphrase that is given before anybody rings, as it goes into the exchange.
 *
 * @throws {HufuError} `ERR_PAIR_PASSPHRASE`, `ERR_USAGE`
 */
export async function givenPassphrase(
  secret: Exclude<SecretFrom, { from: 'prompt' }>,
  ports: SecretPorts,
): Promise<Uint8Array> {
  const prepared = preparePassphrase(await textOf(secret, ports))
  if (!prepared.ok) throw new HufuError(prepared.code)
  return prepared.value
}

/**
 * Asks for a passphrase, until it can be one; `undefined` if the user wants none, or `signal` took the question back.
 *
 * @throws {HufuError} `ERR_INTERRUPTED`
 */
export async function askPassphrase(
  text: string,
  ports: SecretPorts,
  signal: AbortSignal = ports.signal,
): Promise<Uint8Array | undefined> {
  for (;;) {
    const { ask } = await import('../tty/prompt.ts')
    const typed = await ask(ports.output.screen, { text, shown: false, signal })
    if (typed === undefined || typed === '') return undefined
    const prepared = preparePassphrase(typed)
    if (prepared.ok) return prepared.value
    ports.output.note(MESSAGES[prepared.code].next)
  }
}

async function textOf(
  secret: Exclude<SecretFrom, { from: 'prompt' }>,
  ports: SecretPorts,
): Promise<string> {
  const text = secret.from === 'given' ? secret.text : await ports.line()
  if (text === undefined) throw usage('--code-stdin: stdin has no first line')
  return text.replace(/\r$/, '')
}

/** The code with the words that were meant; `undefined` asks for the code anew. */
async function settleWords(text: string, ports: SecretPorts): Promise<string | undefined> {
  const [slot, ...words] = text
    .trim()
    .toLowerCase()
    .split(/[-\s]+/)
  const settled = [slot]
  for (const word of words) {
    if (WORDS.includes(word)) {
      settled.push(word)
      continue
    }
    const near = nearestWord(word)
    if (near !== undefined && (await yes(ports, `"${word}": did you mean ${near}? [Y/n] `, true)))
      settled.push(near)
    else if (
      await yes(ports, `"${word}" is not in the list of words. Use it anyway? [y/N] `, false)
    )
      settled.push(word)
    else return undefined
  }
  return settled.join('-')
}

async function yes(ports: SecretPorts, text: string, byDefault: boolean): Promise<boolean> {
  const answer = (await asked(ports, text)).trim().toLowerCase()
  return answer === '' ? byDefault : answer.startsWith('y')
}

async function asked(ports: SecretPorts, text: string): Promise<string> {
  const { ask } = await import('../tty/prompt.ts')
  const answer = await ask(ports.output.screen, { text, shown: true, signal: ports.signal })
  if (answer === undefined) throw new HufuError('ERR_INTERRUPTED')
  return answer
}

import { random } from '@hufu/protocol/crypto'
import { HufuError } from '@hufu/protocol/wire'
import { pair, type Introductions, type Talk } from '@hufu/terminal'
import type { Arguments } from '../arguments.ts'
import { EXIT, type ExitCode } from '../exit.ts'
import { terminalIdText } from '../ids.ts'
import type { Output } from '../output.ts'
import type { OpenedSource } from '../files/source.ts'
import { converse } from '../pair/converse.ts'
import { pipedInput, type Input } from '../pair/input.ts'
import { readIntent, type Intent } from '../pair/intent.ts'
import type { SecretPorts } from '../pair/secret.ts'
import { teller } from '../pair/tell.ts'
import { profileFor, viaOf } from '../pair/via.ts'
import { authoritiesWith, socketsTrusting } from '../socket.ts'

const DEFAULT_SERVER = 'http://localhost:4680'

/** `hufu pair`: meets the other, then talks until one end leaves. */
export async function run(args: Arguments, output: Output): Promise<ExitCode> {
  const isTyped = process.stdin.isTTY && process.stderr.isTTY
  const intent = readIntent(args, process.env, isTyped)
  const stop = new AbortController()
  const exitOnStop = stopOnSignals(stop)
  const { signal } = stop
  let input: Input | undefined = isTyped ? undefined : pipedInput(process.stdin)
  // At a terminal only when it is needed: while questions are asked, the keys belong to them.
  const opened = async (): Promise<Input> => {
    if (input !== undefined) return input
    const { typedInput } = await import('../pair/typed-input.ts')
    return (input = typedInput(output.screen, () => stop.abort()))
  }
  const ports = { output, canAsk: isTyped, line: async () => (await opened()).line(), signal }
  try {
    // What can fail here fails before anybody is called.
    const sources = await sourcesOf(intent.send)
    if (intent.receive !== undefined)
      (await import('../files/directory.ts')).makeDirectory(intent.receive)
    const talk = await meet(intent, ports, args)
    if (intent.remember !== undefined) talk.remember(intent.remember) // before the other's wish is told
    await announce(talk, intent, output)
    const { receive } = intent
    const code = await converse(talk, { output, input: await opened(), sources, receive, signal })
    return code === EXIT.interrupted ? exitOnStop() : code
  } catch (error) {
    if (!(error instanceof HufuError) || error.code !== 'ERR_INTERRUPTED') throw error
    await output.event(INTERRUPTED)
    return exitOnStop()
  }
}

export const INTERRUPTED = {
  event: 'error',
  code: 'ERR_INTERRUPTED',
  message: 'interrupted',
  advice: 'Nothing else needs to be done.',
} as const

async function sourcesOf(paths: readonly string[]): Promise<readonly OpenedSource[]> {
  if (paths.length === 0) return []
  const { openSource } = await import('../files/source.ts')
  return Promise.all(paths.map(async (path) => openSource(path)))
}

async function meet(intent: Intent, ports: SecretPorts, args: Arguments): Promise<Talk> {
  const profile = await profileFor(intent)
  const as = needsUsers(intent)
    ? await (await import('../signin/as-user.ts')).asUser(intent, ports, args)
    : undefined
  const via = await viaOf(intent, profile, ports, as)
  const contactServer = via.by === 'contact' ? via.contact.server : undefined
  const terminalSeed =
    via.by === 'listen' ? await profile?.terminalSeed(via.name, random) : undefined
  const authorities = intent.ca === undefined ? undefined : await authoritiesWith(intent.ca)
  const shownAs = intent.shownAs ?? as?.shownAs
  const server = intent.server ?? contactServer ?? defaultServer(process.env)
  const met = pair({
    server,
    via,
    introductions: as?.introductions ?? strangers(intent, server),
    ...(as?.line === undefined ? {} : { line: as.line }),
    signal: ports.signal,
    ports: { openSocket: socketsTrusting(authorities) },
    on: teller(intent.meeting, ports.output),
    ...(profile === undefined ? {} : { profile }),
    ...(terminalSeed === undefined ? {} : { terminalSeed }),
    ...(shownAs === undefined ? {} : { name: shownAs }),
    ...(intent.rekey === undefined ? {} : { rekey: intent.rekey }),
    ...(intent.awayMs === undefined ? {} : { awayMs: intent.awayMs }),
  })
  return as === undefined ? met : Promise.race([met, as.released])
}

/** Whether users and their keys have a part in it: they are loaded only then. */
function needsUsers({ meeting, key }: Intent): boolean {
  return meeting.by === 'attend' || meeting.by === 'ring-user' || key !== undefined
}

/** Shows nothing. Whatever the other shows is looked at, and loaded for, when it comes. */
function strangers({ acceptsChangedKey }: Intent, server: string): Introductions {
  return {
    awaited: false,
    introduce: async () => undefined,
    async judge(said, at) {
      const { introductionsAt } = await import('../signin/introductions.ts')
      const accept = async (): Promise<boolean> => acceptsChangedKey
      return (await introductionsAt(server, { awaited: false, accept })).judge(said, at)
    },
  }
}

function defaultServer({ HUFU_SERVER: server }: NodeJS.ProcessEnv): string {
  return server === undefined || server === '' ? DEFAULT_SERVER : server
}

async function announce(talk: Talk, intent: Intent, output: Output): Promise<void> {
  const { words } = talk
  const peer = { terminal: terminalIdText(talk.peerTerminal) }
  await output.event({ event: 'paired', words, peer })
  const whom = intent.meeting.by === 'contact' ? ` with ${intent.meeting.name}` : ''
  output.note(`paired${whom}; both ends show the same four words: ${words.join(' ')}`)
}

/** The first signal stops the pairing; the result is the exit code that it asks for. */
export function stopOnSignals(stop: AbortController): () => ExitCode {
  let code: ExitCode = EXIT.interrupted
  process.once('SIGTERM', () => {
    code = EXIT.terminated
    stop.abort()
  })
  // its terminal is gone: whoever sat there has left, and the others are not to wait
  process.once('SIGHUP', () => {
    code = EXIT.hungUp
    stop.abort()
  })
  process.once('SIGINT', () => stop.abort()) // a second one meets no handler, and ends at once
  return () => code
}

import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Running, Scope, StartOptions } from './scope.ts'
import { within } from './within.ts'

const HUFU = fileURLToPath(new URL('../../packages/cli/bin/hufu.mjs', import.meta.url))

/** A `hufu serve` with a data folder of its own. */
export interface HufuServer {
  readonly url: string
  readonly process: Running
}

/** Milliseconds until a server listens or has stopped, or a code is shown. */
const START_MS = 60_000

const PASSPHRASE = 'tango orbit lilac copper'

const MOST = '1000000'
/** Flags of limits that no benchmark is to meet. */
export const ROOMY: readonly string[] = [
  'signins-per-second',
  'enrolments-per-source',
  'guesses-per-source',
  'guesses-per-name',
  'control-per-second',
  'control-burst',
  'connections-per-source',
  'api-per-second',
].flatMap((name) => [`--${name}`, MOST])

let servers = 0

/** Starts `hufu serve` on a free port and resolves when it listens. `folder`: its data, if not a fresh one. */
export async function startHufuServer(
  scope: Scope,
  flags: readonly string[] = [],
  folder?: string,
): Promise<HufuServer> {
  servers += 1
  const data = folder ?? join(scope.folder, `data-${servers}`)
  const process = hufu(scope, [
    'serve',
    '--json',
    '--data',
    data,
    '--listen',
    '127.0.0.1:0',
    ...flags,
  ])
  const listening = process.match(/"event":"listening".*"url":"([^"]+)"/)
  const [, url] = await within(START_MS, { server: process }, listening)
  return { url: url!, process }
}

/** Asks the server to end, and waits for that. */
export async function stopHufuServer(server: HufuServer): Promise<void> {
  await within(START_MS, { server: server.process }, server.process.stop())
}

/** Opens a server’s first account; the session of who has it. */
export async function operatorAt({ url, process }: HufuServer): Promise<string> {
  const [, code] = await process.match(/"event":"setup","code":"([^"]+)"/)
  const response = await fetch(`${url}/api/v1/setup`, {
    method: 'POST',
    headers: { 'X-Hufu-Request': '1', 'Content-Type': 'application/json' },
    body: JSON.stringify({ code, name: 'bench', passphrase: PASSPHRASE, keeper: 'program' }),
  })
  const { session } = (await response.json()) as { readonly session?: string }
  if (session === undefined) throw new Error(`no account: ${response.status}`)
  return session
}

/** Starts both ends of `hufu pair`; the second when the first has shown the code, as people would. */
export async function hufuPair(
  scope: Scope,
  server: HufuServer,
  ends: {
    readonly open: readonly string[]
    readonly join: readonly string[]
    readonly input?: string
  },
): Promise<{ readonly opener: Running; readonly joiner: Running }> {
  const common = ['pair', '--server', server.url]
  const opener = hufu(scope, [...common, ...ends.open], {
    env: { HUFU_HOME: join(scope.folder, 'opener') },
    ...(ends.input === undefined ? {} : { input: ends.input }),
  })
  const shown = opener.match(/^\d+(-[a-z]+){3}$/m)
  const [code] = await within(START_MS, { opener, server: server.process }, shown)
  const joiner = hufu(scope, [...common, ...ends.join], {
    env: { HUFU_HOME: join(scope.folder, 'joiner'), HUFU_CODE: code },
  })
  return { opener, joiner }
}

function hufu(scope: Scope, args: readonly string[], options: StartOptions = {}): Running {
  return scope.start(process.execPath, [HUFU, ...args], options)
}

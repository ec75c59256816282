import { resolve } from 'node:path'
import { startServer, type Config, type Server } from '@hufu/server'
import type { Arguments } from '../arguments.ts'
import { EXIT, type ExitCode } from '../exit.ts'
import type { Output } from '../output.ts'
import { configOf } from '../settings.ts'
import { tellSetupCode } from '../operator/show.ts'

/**
 * Milliseconds within which a second signal is the first one again: a shell signals every process of a job, and the
 * launcher passes its own on. Our choice.
 */
const SAME_SIGNAL_MS = 500

/** `hufu serve`: runs the server until a signal ends it. */
export async function run(args: Arguments, output: Output): Promise<ExitCode> {
  return runUntilSignal(startServer, args, output)
}

/** Runs what `start` starts until a signal ends it. */
export async function runUntilSignal(
  start: (config: Config) => Promise<Server>,
  args: Arguments,
  output: Output,
): Promise<ExitCode> {
  const config = configOf(args)
  const server = await start(config)
  const data = resolve(config.data)
  // Before anything is said: whoever reads it may signal at once.
  const { promise: signalled, resolve: signal } = Promise.withResolvers<void>()
  let since: number | undefined
  for (const [name, code] of SIGNALS)
    process.on(name, () => {
      if (since === undefined) {
        since = performance.now()
        signal()
      } else if (performance.now() - since > SAME_SIGNAL_MS) process.exit(code)
    })
  await output.event({ event: 'listening', url: server.url, data })
  output.note(`hufu: listening on ${server.url}, data in ${data}`)
  if (server.setupCode !== undefined) await tellSetupCode(server.setupCode, output)
  if (server.authority !== undefined) {
    const { path, fingerprint } = server.authority
    output.note(
      'hufu: the certificate is of this server’s own making. To trust it on another device, either',
    )
    output.note(
      `  - import ${path} there as an authority (or fetch it from ${server.url}/hufu-ca.pem), or`,
    )
    output.note('  - go on past the browser’s warning, or give `hufu pair` that file by --ca.')
    output.note(`  Compare first; SHA-256 of the authority: ${fingerprint}`)
    output.note('  It can vouch for nothing but this server: its key was thrown away.')
  }
  await signalled
  await output.event({ event: 'draining' })
  output.note('hufu: letting terminals go; a second signal ends at once')
  await server.drain()
  await output.event({ event: 'stopped' })
  return EXIT.success
}

const SIGNALS = [
  ['SIGINT', EXIT.interrupted],
  ['SIGTERM', EXIT.terminated],
] as const

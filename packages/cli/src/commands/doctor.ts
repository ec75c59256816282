import { examine, type Finding } from '@hufu/server'
import type { Arguments } from '../arguments.ts'
import { EXIT, type ExitCode } from '../exit.ts'
import type { Output } from '../output.ts'
import { configOf } from '../settings.ts'
import { authoritiesWith } from '../socket.ts'

/** `hufu doctor`: looks at all that a server needs, and says what to do. */
export async function run(args: Arguments, output: Output): Promise<ExitCode> {
  const url = args.one('server')
  const ca = args.one('ca') ?? process.env['HUFU_CA']
  const authorities = ca === undefined || ca === '' ? undefined : await authoritiesWith(ca)
  const afar = url !== undefined && args.one('data') === undefined
  const seen = new Set<Finding['is']>()
  for await (const finding of examine(configOf(args), { url, authorities, afar })) {
    seen.add(finding.is)
    await tell(finding, output)
  }
  if (seen.has('fail')) return EXIT.unwell
  return seen.has('warn') ? EXIT.warned : EXIT.success
}

async function tell(finding: Finding, output: Output): Promise<void> {
  const { check, is, found } = finding
  const advice = finding.is === 'ok' ? null : finding.advice
  await output.event({ event: 'checked', check, is, found, advice })
  if (output.json) return
  await output.line(`${is.padEnd(4)}  ${check.padEnd(11)}  ${found}`)
  if (advice !== null) await output.line(`${' '.repeat(19)}-> ${advice}`)
}

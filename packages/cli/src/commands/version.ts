import { readFileSync } from 'node:fs'
import type { Arguments } from '../arguments.ts'
import { EXIT, type ExitCode } from '../exit.ts'
import type { Output } from '../output.ts'

/** `hufu version`. */
export async function run(_args: Arguments, output: Output): Promise<ExitCode> {
  const manifest = new URL('../../package.json', import.meta.url)
  const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { readonly version: string }
  await output.event({ event: 'version', version, node: process.versions.node })
  if (!output.json) await output.print(`hufu ${version}\n`)
  return EXIT.success
}

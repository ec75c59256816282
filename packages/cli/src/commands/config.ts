import { describeConfig } from '@hufu/server'
import type { Arguments } from '../arguments.ts'
import { EXIT, type ExitCode } from '../exit.ts'
import type { Output } from '../output.ts'
import { configOf } from '../settings.ts'

/** `hufu config`: every setting with its value and where that comes from. Secrets come hidden from the server's own list. */
export async function run(args: Arguments, output: Output): Promise<ExitCode> {
  const rows = describeConfig(configOf(args))
  const width = Math.max(...rows.map(({ name }) => name.length))
  for (const { name, value, source, flag, env, about } of rows) {
    const setting = { name, value, source, flag: flag ?? null, env, about }
    await output.event({ event: 'setting', ...setting })
    if (output.json) continue
    await output.print(`${name.padEnd(width)}  ${value === '' ? '(none)' : value}  [${source}]\n`)
    await output.print(`${' '.repeat(width)}  ${about}\n`)
  }
  return EXIT.success
}

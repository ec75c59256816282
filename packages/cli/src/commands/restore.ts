import { checkBackup, restoreBackup, type CheckedBackup } from '@hufu/server'
import { usage, type Arguments } from '../arguments.ts'
import { EXIT, type ExitCode } from '../exit.ts'
import type { Output } from '../output.ts'
import { configOf } from '../settings.ts'

/** `hufu restore FILE`: puts a backup in the place of a data folder's content, or only looks through it. */
export async function run(args: Arguments, output: Output): Promise<ExitCode> {
  const [file] = args.operands
  if (file === undefined)
    throw usage('hufu restore FILE takes a file that `hufu backup` has written')
  const config = configOf(args)
  if (args.has('check')) {
    const backup = await checkBackup(config, file)
    await output.event({ event: 'backup', file, ...backup })
    output.note(`${described(file, backup)} is whole`)
    return EXIT.success
  }
  const nextStart = args.has('next-start')
  const restored = await restoreBackup(config, file, { nextStart, force: args.has('force') })
  const { inPlace, former } = restored
  await output.event({ event: 'restored', file, ...restored })
  if (inPlace) output.note(`${described(file, restored)} is restored to ${config.data}`)
  else
    output.note(`${described(file, restored)} is checked: start the server anew, and it has that`)
  if (former !== null)
    output.note(
      `What was there ${inPlace ? 'is' : 'will be'} in ${former}; delete it when not needed.`,
    )
  output.note('Tokens and accounts are those of then: see `hufu token` and `hufu admin users`.')
  return EXIT.success
}

function described(file: string, { id, made }: CheckedBackup): string {
  return `${file}, backup ${id} of ${made},`
}

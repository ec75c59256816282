import { HufuError } from '@hufu/protocol/wire'
import { makeBackup } from '@hufu/server'
import { usage, type Arguments } from '../arguments.ts'
import { EXIT, type ExitCode } from '../exit.ts'
import type { Output } from '../output.ts'
import { configOf } from '../settings.ts'

/** `hufu backup FILE`: copies a data folder, whether or not its server runs. */
export async function run(args: Arguments, output: Output): Promise<ExitCode> {
  const [file] = args.operands
  if (file === undefined) throw usage('hufu backup FILE writes the data folder to that file')
  const force = args.has('force')
  const { fault, ...backup } = await makeBackup(configOf(args), file, { force })
  const { id, octets, entries, masters } = backup
  await output.event({ event: 'backedup', file, ...backup, fault })
  output.note(`${file}: backup ${id}, ${octets} octets, written and read back`)
  output.note(`The audit record in it ends with entry ${entries}.`)
  output.note(
    `It takes the master key ${masters.join(' and ')}, which is not in it: keep a copy of`,
  )
  output.note('that elsewhere. Without it nobody can restore this backup.')
  if (fault !== null)
    throw new HufuError('ERR_AUDIT_BROKEN', `the backup is written, as the data are: ${fault}`)
  return EXIT.success
}

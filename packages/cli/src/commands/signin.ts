import { usage, type Arguments } from '../arguments.ts'
import { EXIT, type ExitCode } from '../exit.ts'
import { iso } from '../operator/show.ts'
import type { Output } from '../output.ts'
import { openDesk } from '../signin/desk.ts'
import { openSigner } from '../signin/signer.ts'

/** `hufu signin [USER]`: signs in at this terminal, by a key or by the terminal's chip; with `--stay` it rings here. */
export async function run(args: Arguments, output: Output): Promise<ExitCode> {
  if (args.has('chip') && (args.has('key') || args.operands.length > 0))
    throw usage('a chip signs in the user whom the terminal was enrolled for')
  if (args.has('stay')) {
    const { stay } = await import('../signin/stay.ts')
    return stay(args, output)
  }
  const desk = await openDesk(args, output)
  try {
    if (desk.stayedBy !== undefined) throw usage(`the process ${desk.stayedBy} stays here already`)
    const { signer, by } = await openSigner(desk, args, args.operands[0])
    const where = await desk.signin.signIn(signer)
    await desk.signedIn(by, where)
    output.note(`${where.user} is signed in at this terminal until ${iso(where.expires)}`)
    return EXIT.success
  } finally {
    await desk.close()
  }
}

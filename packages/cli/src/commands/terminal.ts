import { usage, type Arguments } from '../arguments.ts'
import { EXIT, type ExitCode } from '../exit.ts'
import { CHIP_HOLDINGS, chipsOf } from '../keys/chips.ts'
import { HufuError } from '@hufu/protocol/wire'
import type { Output } from '../output.ts'
import { openDesk } from '../signin/desk.ts'

/** `hufu terminal enrol`: gives this terminal a chip that signs one user in without a key (A5). */
export async function run(args: Arguments, output: Output): Promise<ExitCode> {
  if (args.operands[0] !== 'enrol') throw usage('hufu terminal takes enrol')
  const desk = await openDesk(args, output)
  try {
    if (desk.stayedBy !== undefined) throw usage(`the process ${desk.stayedBy} stays here`)
    const chips = chipsOf(desk.profile)
    if ((await chips.read(desk.terminal)) !== undefined && !args.has('again'))
      throw new HufuError(
        'ERR_KEY_EXISTS',
        `the terminal ${desk.terminal} has a chip already; --again replaces it`,
      )
    const code = await desk.questions.code('Invitation code: ')
    const heldBy = args.has('pkcs11') ? 'token' : 'file'
    const holding = await CHIP_HOLDINGS[heldBy]()
    const { chip, held } = await holding.make(desk.holdingPorts(desk.terminal))
    try {
      const user = await desk.signin.enrolChip(chip, code)
      const { terminal, server } = desk
      await chips.save(terminal, { terminal, heldBy, server, user, held })
      const enrolled = { name: terminal, user, kind: 'chip', key: null } as const
      await output.event({ event: 'enrolled', ...enrolled, recovery: null, server })
      output.note(
        `the chip of ${terminal} signs in ${user}: \`hufu signin --chip --as ${terminal}\``,
      )
      return EXIT.success
    } finally {
      await chip.close()
    }
  } finally {
    await desk.close()
  }
}

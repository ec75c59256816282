import { unhex } from '@hufu/protocol/crypto'
import { usage, type Arguments } from '../arguments.ts'
import { EXIT, type ExitCode } from '../exit.ts'
import { terminalIdText } from '../ids.ts'
import type { Output } from '../output.ts'
import { openDesk, type Desk } from '../signin/desk.ts'
import { openSigner } from '../signin/signer.ts'

/** `hufu release`: ends the sign-in at this terminal or, with the key, at another. */
export async function run(args: Arguments, output: Output): Promise<ExitCode> {
  const desk = await openDesk(args, output)
  try {
    const terminal = await terminalMeant(args.one('terminal'), desk)
    const place = await desk.places.read(desk.server)
    const isPlace = place?.terminal === desk.terminal
    const { signer } = await openSigner(
      desk,
      args,
      args.operands[0],
      isPlace ? (place.key ?? undefined) : undefined,
    )
    const here = terminal === undefined
    // Another process may have this terminal's connection: then it is released as from elsewhere.
    await desk.signin.release(signer, terminal ?? desk.terminalId)
    if (here && isPlace) await desk.places.remove(desk.server)
    const id = terminalIdText(terminal ?? desk.terminalId)
    const user = here && isPlace ? place.user : null
    await output.event({ event: 'released', user, terminal: id, code: null, reason: '' })
    output.note(here ? 'released: this terminal is free' : `released: terminal ${id}`)
    return EXIT.success
  } finally {
    await desk.close()
  }
}

/** An ID in full, or as much of one of this user's other terminals as tells it apart. */
async function terminalMeant(
  typed: string | undefined,
  desk: Desk,
): Promise<Uint8Array | undefined> {
  if (typed === undefined) return undefined
  const digits = typed.toLowerCase()
  if (!/^[0-9a-f]{4,64}$/.test(digits))
    throw usage('--terminal takes the ID that `hufu whoami` shows')
  if (digits.length === 64) return unhex(digits)
  const { elsewhere } = await desk.signin.whereabouts()
  const fitting = elsewhere.filter(({ terminal }) => terminalIdText(terminal).startsWith(digits))
  if (fitting.length !== 1)
    throw usage(`--terminal ${typed} fits ${fitting.length} of your terminals; give the whole ID`)
  return fitting[0]!.terminal
}

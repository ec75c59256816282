import { usage, type Arguments } from '../arguments.ts'
import { EXIT, type ExitCode } from '../exit.ts'
import type { Output } from '../output.ts'
import { letters } from '../profile/contacts.ts'
import { chooseKey } from '../signin/choose.ts'
import { openDesk } from '../signin/desk.ts'
import { certified, freeName, makeKey, storedKey } from './enrol.ts'

/** `hufu key add --name NAME`: a further key of the same user, for which one that is here vouches. */
export async function addKey(args: Arguments, output: Output): Promise<ExitCode> {
  if (!args.has('name')) throw usage('hufu key add needs a name for the new key: --name NAME')
  const desk = await openDesk(args, output)
  try {
    const name = await freeName(args, desk)
    const wanted = { name: args.one('key'), user: args.operands[1] }
    const by = await chooseKey(desk, wanted, () => desk.signin.offered())
    const present = await desk.open(by)
    const { made, heldBy } = await makeKey(args, desk, name)
    const added = await desk.signin.addKey(present, made.holder).catch(async (error: unknown) => {
      await made.discard()
      throw error
    })
    const stored = storedKey(desk, { name, heldBy, made }, added)
    await desk.keys.save(name, stored)
    await certified(stored, made)
    const { user, server } = stored
    const key = letters(stored.keyId)
    const kind = added.key.kind
    await output.event({ event: 'enrolled', name, user, kind, key, recovery: null, server })
    output.note(`${user} has the key ${name} too, ${key}`)
    return EXIT.success
  } finally {
    await desk.close()
  }
}

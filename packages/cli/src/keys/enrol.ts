import { keyIdOf } from '@hufu/protocol/identity'
import { HufuError } from '@hufu/protocol/wire'
import type { Enrolled } from '@hufu/terminal'
import { usage, type Arguments } from '../arguments.ts'
import { EXIT, type ExitCode } from '../exit.ts'
import type { Output } from '../output.ts'
import { letters } from '../profile/contacts.ts'
import { openDesk, type Desk } from '../signin/desk.ts'
import { HOLDINGS, type HeldBy, type MadeKey, type StoredKey } from './index.ts'

/** The name of a key where none is given. */
const USUAL_KEY = 'default'

/** `hufu key new`: makes a key, or takes one that is in a token, and enrols it with an invitation. */
export async function newKey(args: Arguments, output: Output): Promise<ExitCode> {
  return enrolWith('Invitation code: ', args, output)
}

/** `hufu key recover`: the same with the recovery code of a key that is lost. */
export async function recoverKey(args: Arguments, output: Output): Promise<ExitCode> {
  const code = await enrolWith('Recovery code: ', args, output)
  output.note(
    'If the old key may be in other hands: `hufu key revoke-own ID`, or ask the operator.',
  )
  return code
}

async function enrolWith(question: string, args: Arguments, output: Output): Promise<ExitCode> {
  if (args.operands.length > 1) throw usage(`this is one argument too many: ${args.operands[1]!}`)
  const desk = await openDesk(args, output)
  try {
    const name = await freeName(args, desk)
    const code = await desk.questions.code(question)
    const { made, heldBy } = await makeKey(args, desk, name)
    const { key, expires, issuers, recovery } = await enrolled(desk, made, code)
    await desk.issuers.keep(desk.server, issuers)
    const stored = storedKey(desk, { name, heldBy, made }, { key, expires })
    await desk.keys.save(name, stored)
    await certified(stored, made)
    const { user, keyId } = stored
    await output.event({
      event: 'enrolled',
      name,
      user,
      kind: key.kind,
      key: letters(keyId),
      recovery,
      server: desk.server,
    })
    output.note(`${user} has the key ${name} now, ${letters(keyId)}`)
    output.note(
      'This recovery code enrols another key if this one is lost. It is shown only now, and is',
    )
    output.note('as good as the key: write it down, and keep it where the key is not.')
    if (!output.json) await output.print(`${recovery}\n`)
    output.note('Sign in with `hufu signin`.')
    return EXIT.success
  } finally {
    await desk.close()
  }
}

/** The name that the arguments give, or the usual one; another key's is refused. */
export async function freeName(args: Arguments, desk: Desk): Promise<string> {
  const name = args.one('name') ?? USUAL_KEY
  // Damaged or not, what is there is not written over.
  if (!(await isFree(desk, name))) throw new HufuError('ERR_KEY_EXISTS', name)
  return name
}

async function isFree({ keys }: Desk, name: string): Promise<boolean> {
  return (await keys.read(name)) === undefined
}

/** A key as the arguments want it held. */
export async function makeKey(
  args: Arguments,
  desk: Desk,
  name: string,
): Promise<{ readonly made: MadeKey; readonly heldBy: HeldBy }> {
  const heldBy = args.has('pkcs11') ? 'token' : 'software'
  const holding = await HOLDINGS[heldBy]()
  return { made: await holding.make(desk.holdingPorts(name)), heldBy }
}

async function enrolled(desk: Desk, made: MadeKey, code: string): Promise<Enrolled> {
  const { holder, outside } = made
  try {
    return await desk.signin.enrol(holder, code, outside === undefined ? {} : { outside })
  } catch (error) {
    await made.discard()
    throw error
  }
}

/** What the profile keeps of a key that has just been certified. */
export function storedKey(
  desk: Desk,
  {
    name,
    heldBy,
    made,
  }: { readonly name: string; readonly heldBy: HeldBy; readonly made: MadeKey },
  { key, expires }: Pick<Enrolled, 'key' | 'expires'>,
): StoredKey {
  return {
    name,
    heldBy,
    user: key.user,
    server: desk.server,
    keyId: keyIdOf(key.publicKeys),
    certificates: key.certificates,
    madeUnixMs: Date.now(),
    expiresUnixMs: expires,
    held: made.held,
  }
}

/** Gives the certificates to what holds the key, and closes it. */
export async function certified(stored: StoredKey, { holder }: MadeKey): Promise<void> {
  try {
    const holding = await HOLDINGS[stored.heldBy]()
    await holding.certified?.(holder, stored.user, stored.certificates)
  } finally {
    await holder.close()
  }
}

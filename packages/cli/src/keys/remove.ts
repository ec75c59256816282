import { unbase64url } from '@hufu/protocol/crypto'
import { HufuError } from '@hufu/protocol/wire'
import { usage, type Arguments } from '../arguments.ts'
import { EXIT, type ExitCode } from '../exit.ts'
import type { Output } from '../output.ts'
import { letters } from '../profile/contacts.ts'
import { openDesk } from '../signin/desk.ts'
import { keyDesk } from '../signin/key-desk.ts'
import { openSigner } from '../signin/signer.ts'

/** `hufu key remove NAME`: forgets a key here. Its secrets are gone then, if they were in the profile; the server still knows it. */
export async function removeKey(args: Arguments, output: Output): Promise<ExitCode> {
  const [, name, ...more] = args.operands
  if (name === undefined || more.length > 0) throw usage('hufu key remove NAME')
  const desk = keyDesk(args, output)
  const stored = await desk.keys.read(name)
  if (stored === undefined) throw new HufuError('ERR_KEY_ABSENT', name)
  const gone = stored.heldBy === 'software' ? 'Nothing brings it back.' : 'It stays in its token.'
  const sure =
    args.has('yes') ||
    (await desk.questions.yes(`Remove the key ${name} of ${stored.user}? ${gone} [y/N] `, false))
  if (!sure) throw usage(`the key ${name} was not removed: where nobody is asked, give --yes`)
  await desk.keys.remove(name)
  await output.event({ event: 'removed', name })
  output.note(`the key ${name} is removed here; the server takes it until it is revoked or expires`)
  return EXIT.success
}

/** `hufu key revoke-own NAME|ID`: no server that trusts the issuer takes the key from now on. */
export async function revokeOwnKey(args: Arguments, output: Output): Promise<ExitCode> {
  const [, which, ...more] = args.operands
  if (which === undefined || more.length > 0)
    throw usage('hufu key revoke-own NAME, or the ID of a key that is not here')
  const desk = await openDesk(args, output)
  try {
    const stored = await desk.keys.read(which)
    const keyId = stored?.keyId ?? unbase64url(which)
    if (keyId?.length !== 32) throw new HufuError('ERR_KEY_ABSENT', which)
    const { signer, key } = await openSigner(desk, args, stored?.user)
    if (key === undefined || key !== signer) throw usage('a key is revoked by a key')
    await desk.signin.revokeKey(key, keyId)
    await output.event({ event: 'revoked', id: letters(keyId) })
    output.note(`the key ${letters(keyId)} is revoked`)
    return EXIT.success
  } finally {
    await desk.close()
  }
}

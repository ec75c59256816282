import { base64url, concat, random, utf8 } from '@hufu/protocol/crypto'
import { keyIdOf, newSoftwareSecrets, softwareKey } from '@hufu/protocol/identity'
import { parseServer, signin } from '@hufu/terminal'
import { keysOf } from '../../packages/cli/src/keys/index.ts'
import { sealed } from '../../packages/cli/src/keys/sealed.ts'
import { issuersFile } from '../../packages/cli/src/profile/issuers.ts'
import type { Stored } from '../../packages/cli/src/profile/shelf.ts'
import { socketsTrusting } from '../../packages/cli/src/socket.ts'

/** What a key in a file of {@link enrolHere} costs to open: next to nothing, as the file says of itself. */
const CHEAP = { memoryKiB: 64, passes: 1, parallelism: 1 }

/**
 * Puts a new key into the profile at `home`, enrolled with an invitation, as `hufu key new` does: but for what each command
 * that opens it takes for the passphrase, a quarter of a second of processor time, which most tests are not about.
 * Resolves with the key's ID, as `hufu key list` shows it.
 */
export async function enrolHere(
  home: string,
  origin: string,
  invitation: string,
  { passphrase, name = 'default' }: { readonly passphrase: string; readonly name?: string },
): Promise<string> {
  const server = parseServer(origin).url
  const { openLine, startSignin, ALL_MESSAGES } = await signin()
  const openSocket = socketsTrusting(undefined)
  const line = openLine({ server, messages: ALL_MESSAGES, ports: { openSocket } })
  const acts = startSignin({ line, issuers: () => [] })
  try {
    const { signing, agreement } = newSoftwareSecrets(random)
    const secrets = concat(signing.expose(), agreement.expose())
    const holder = softwareKey({ signing, agreement }, 'software')
    const { key, expires, issuers } = await acts.enrol(holder, invitation)
    await issuersFile(home).keep(server, issuers)
    const keyId = keyIdOf(key.publicKeys)
    const about = concat(utf8('hufu/1 software key'), Uint8Array.of(0), keyId)
    await keysOf(home).save(name, {
      name,
      heldBy: 'software',
      user: key.user,
      server,
      keyId,
      certificates: key.certificates,
      madeUnixMs: Date.now(),
      expiresUnixMs: expires,
      held: sealed(secrets, utf8(passphrase), about, random, CHEAP) as Stored,
    })
    return base64url(keyId)
  } finally {
    acts.close()
    line.close()
  }
}

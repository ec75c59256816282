import { usage, type Arguments } from '../arguments.ts'
import { EXIT, type ExitCode } from '../exit.ts'
import { columns, iso } from '../operator/show.ts'
import type { Output } from '../output.ts'
import { letters } from '../profile/contacts.ts'
import { profileFolder } from '../profile/folder.ts'
import { keysOf } from './index.ts'

/** `hufu key list`: the keys of this profile. Asks no server. */
export async function listKeys(args: Arguments, output: Output): Promise<ExitCode> {
  if (args.operands.length > 1) throw usage(`this is one argument too many: ${args.operands[1]!}`)
  const keys = await keysOf(profileFolder(process.env)).all()
  if (keys.length === 0) output.note('no keys; `hufu key new` makes one, with an invitation')
  for (const { name, user, heldBy, keyId, server, expiresUnixMs } of keys) {
    const shown = { name, user, kind: heldBy, key: letters(keyId), server }
    await output.event({ event: 'key', ...shown, expires: iso(expiresUnixMs) })
  }
  const rows = keys.map(({ name, user, heldBy, keyId, server, expiresUnixMs }) => [
    name,
    user,
    heldBy,
    letters(keyId),
    server,
    `until ${iso(expiresUnixMs).slice(0, 10)}`,
  ])
  if (!output.json) await output.print(columns(rows))
  return EXIT.success
}

import { HufuError } from '@hufu/protocol/wire'
import { usage, type Arguments } from '../arguments.ts'
import { EXIT, type ExitCode } from '../exit.ts'
import { columns, iso } from '../operator/show.ts'
import type { Output } from '../output.ts'
import { letters } from '../profile/contacts.ts'
import { profileFolder } from '../profile/folder.ts'
import { keysOf } from './index.ts'

/** `hufu key list`: the keys of this profile, of which no server is asked; with `--all`, all keys of who is signed in. */
export async function listKeys(args: Arguments, output: Output): Promise<ExitCode> {
  if (args.operands.length > 1) throw usage(`this is one argument too many: ${args.operands[1]!}`)
  if (args.has('all')) return listAll(args, output)
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

async function listAll(args: Arguments, output: Output): Promise<ExitCode> {
  const { openDesk } = await import('../signin/desk.ts')
  const desk = await openDesk(args, output)
  try {
    if (desk.stayedBy !== undefined)
      throw usage(
        `the process ${desk.stayedBy} has this terminal’s connection; ask when it has ended`,
      )
    const { here } = await desk.signin.whereabouts()
    if (here === undefined) throw new HufuError('ERR_SIGNIN_NONE', `at ${desk.server}`)
    const own = new Map((await desk.keys.all()).map((key) => [letters(key.keyId), key]))
    const rows: string[][] = []
    for (const { keyId, kind, lastUsed, revoked } of await desk.signin.keys()) {
      const key = letters(keyId)
      const kept = own.get(key)
      await output.event({
        event: 'key',
        name: kept?.name ?? null,
        user: here.user,
        kind,
        key,
        server: desk.server,
        expires: kept === undefined ? null : iso(kept.expiresUnixMs),
        lastUsed: lastUsed === null ? null : iso(lastUsed),
        revoked: revoked === null ? null : iso(revoked),
      })
      const used = lastUsed === null ? 'never used' : `last used ${iso(lastUsed).slice(0, 10)}`
      const state = revoked === null ? used : `revoked ${iso(revoked).slice(0, 10)}`
      rows.push([kept?.name ?? '-', here.user, kind, key, state])
    }
    if (!output.json) await output.print(columns(rows))
    return EXIT.success
  } finally {
    await desk.close()
  }
}

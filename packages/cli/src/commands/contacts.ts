import { terminalIdText } from '../ids.ts'
import { usage, type Arguments } from '../arguments.ts'
import { EXIT, type ExitCode } from '../exit.ts'
import type { Output } from '../output.ts'
import { profileFolder } from '../profile/folder.ts'
import type { Pin } from '@hufu/terminal'
import { letters } from '../profile/contacts.ts'
import { filePins, type FilePins } from '../profile/pins.ts'
import { fileProfile } from '../profile/profile.ts'
import { HufuError } from '@hufu/protocol/wire'

/** `hufu contacts [list]`, `hufu contacts rename NAME NEW` and `hufu contacts forget NAME`. */
export async function run(args: Arguments, output: Output): Promise<ExitCode> {
  const [verb = 'list', name, to] = args.operands
  if (verb === 'list' && name === undefined) return list(output)
  if (verb === 'forget' && name !== undefined && to === undefined) return forget(name, output)
  if (verb === 'rename' && name !== undefined && to !== undefined) return rename(name, to, output)
  throw usage(
    '`hufu contacts` lists contacts, `hufu contacts rename NAME NEW` and `hufu contacts forget NAME` change them',
  )
}

async function list(output: Output): Promise<ExitCode> {
  const contacts = await fileProfile(profileFolder(process.env)).contacts()
  const users = await pins().all()
  if (contacts.length === 0 && users.length === 0)
    output.note('no contacts; `hufu pair --remember NAME` makes one')
  const width = Math.max(0, ...contacts.map(({ name }) => name.length))
  for (const { name, server, peerTerminal, addedUnixMs, usedUnixMs } of contacts) {
    const terminal = terminalIdText(peerTerminal)
    const [added, used] = [addedUnixMs, usedUnixMs].map((ms) => new Date(ms).toISOString())
    await output.event({ event: 'contact', name, server, terminal, added: added!, used: used! })
    if (!output.json)
      await output.line(`${name.padEnd(width)}  ${server}  last met ${used!.slice(0, 10)}`)
  }
  for (const { user, keys } of users) await listPins(user, keys, output)
  return EXIT.success
}

/** The users whose keys are known here. */
function pins(): FilePins {
  return filePins(profileFolder(process.env))
}

async function listPins(user: string, keys: readonly Pin[], output: Output): Promise<void> {
  for (const { keyId, kind, metUnixMs, usedUnixMs } of keys) {
    const [met, used] = [metUnixMs, usedUnixMs].map((ms) => new Date(ms).toISOString())
    const key = letters(keyId)
    await output.event({ event: 'pin', user, key, kind, met: met!, used: used! })
    const times = `known since ${met!.slice(0, 10)}  last met ${used!.slice(0, 10)}`
    if (!output.json) await output.line(`${user}  ${kind} ${key}  ${times}`)
  }
}

async function rename(from: string, to: string, output: Output): Promise<ExitCode> {
  await fileProfile(profileFolder(process.env)).renameContact(from, to)
  await output.event({ event: 'renamed', from, to })
  output.note(`${from} is ${to} now`)
  return EXIT.success
}

async function forget(name: string, output: Output): Promise<ExitCode> {
  const isUser = name.includes('@') && (await pins().forget(name))
  const known = isUser || (await fileProfile(profileFolder(process.env)).forgetContact(name))
  if (!known) throw new HufuError('ERR_CONTACT_UNKNOWN', name)
  await output.event({ event: 'forgotten', name })
  output.note(
    isUser
      ? `${name} is forgotten here: whatever key comes next is taken for the first`
      : `${name} is forgotten here. The other end keeps its half until it forgets you too.`,
  )
  return EXIT.success
}

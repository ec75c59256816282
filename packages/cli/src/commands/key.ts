import { usage, type Arguments } from '../arguments.ts'
import type { ExitCode } from '../exit.ts'
import type { Output } from '../output.ts'

/** What a verb's file does. */
type Act = (args: Arguments, output: Output) => Promise<ExitCode>

/** `hufu key VERB`: the keys of this profile. Each verb loads what it needs. */
const VERBS: Readonly<Record<string, () => Promise<Act>>> = {
  new: async () => (await import('../keys/enrol.ts')).newKey,
  recover: async () => (await import('../keys/enrol.ts')).recoverKey,
  add: async () => (await import('../keys/add.ts')).addKey,
  list: async () => (await import('../keys/list.ts')).listKeys,
  remove: async () => (await import('../keys/remove.ts')).removeKey,
  revoke: async () => (await import('../operator/keys.ts')).revokeKey,
  'revoke-own': async () => (await import('../keys/remove.ts')).revokeOwnKey,
}

/** `hufu key new|recover|add|list|remove|revoke-own`, and for an operator `revoke`. */
export async function run(args: Arguments, output: Output): Promise<ExitCode> {
  const verb = VERBS[args.operands[0] ?? 'list']
  if (verb === undefined) throw usage(`hufu key takes ${Object.keys(VERBS).join(', ')}`)
  return (await verb())(args, output)
}

import { usage, type Arguments } from '../arguments.ts'
import { EXIT, type ExitCode } from '../exit.ts'
import type { Output } from '../output.ts'
import { operatorsClient } from './session.ts'

/** `hufu key revoke KEYID --reason TEXT`: what an operator does to a user's key. */
export async function revokeKey(args: Arguments, output: Output): Promise<ExitCode> {
  const [, id] = args.operands
  const reason = args.one('reason')
  if (id === undefined || reason === undefined) throw usage('hufu key revoke KEYID --reason TEXT')
  const client = await operatorsClient(args)
  await client.call('POST', `/keys/${encodeURIComponent(id)}/revoke`, { reason })
  await output.event({ event: 'revoked', id })
  output.note(`the key ${id} is good no more, and what it had signed in is released`)
  return EXIT.success
}

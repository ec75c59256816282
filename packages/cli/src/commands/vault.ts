import { holderOf, rotateVault, vaultStatus, type VaultStatus } from '@hufu/server'
import { usage, type Arguments } from '../arguments.ts'
import { EXIT, type ExitCode } from '../exit.ts'
import { rotateAt, statusAt } from '../operator/vault.ts'
import type { Output } from '../output.ts'
import { configOf } from '../settings.ts'

/** Milliseconds between two reports of how far a change is. Our choice: often enough to see that it moves. */
const REPORT_MS = 250

/** `hufu vault status` and `hufu vault rotate`, on a data folder or through the server that has it open. */
export async function run(args: Arguments, output: Output): Promise<ExitCode> {
  const [verb] = args.operands
  if (verb === 'status') return status(args, output)
  if (verb === 'rotate') return rotate(args, output)
  throw usage(
    '`hufu vault status` shows what is stored under which master key, `hufu vault rotate` changes that key',
  )
}

async function status(args: Arguments, output: Output): Promise<ExitCode> {
  const { owners, secrets, masters } = args.has('server')
    ? await statusAt(args)
    : await vaultStatus(configOf(args))
  await output.event({ event: 'vault', owners, secrets })
  if (!output.json) await output.line(`${secrets} secrets of ${owners} owners`)
  if (masters.length === 0)
    output.note('no master key yet: the server makes one at its first start')
  for (const master of masters) await tellMaster(master, output)
  if (masters.length > 1)
    output.note('the change of the master key is not finished: hufu vault rotate')
  return EXIT.success
}

async function tellMaster(master: VaultStatus['masters'][number], output: Output): Promise<void> {
  await output.event({ event: 'master', ...master })
  if (output.json) return
  const where = master.found ? 'found' : 'NOT FOUND'
  const { id, state, dataKeys } = master
  await output.line(`master key ${id}  ${state}  ${where}  data keys: ${dataKeys}`)
}

async function rotate(args: Arguments, output: Output): Promise<ExitCode> {
  const progress = reporter(output)
  const there = serverFor(args)
  const done =
    there === undefined
      ? await rotateVault(configOf(args), { progress })
      : await rotateAt(there, progress)
  output.screen.status(undefined)
  await output.event({ event: 'rotated', ...done })
  const { to, dataKeys, place, resumed } = done
  const how = resumed ? 'the change that was cut off is finished' : 'the master key is changed'
  output.note(`${how}: ${dataKeys} data keys are under ${to}, which is in ${place}`)
  output.note('Keep a copy of it apart from backups. Older backups need the old key.')
  return EXIT.success
}

/** Arguments that lead to the server that is to do it; undefined: nobody has the folder open, and we do it. */
function serverFor(args: Arguments): Arguments | undefined {
  if (args.has('server')) return args
  const holder = holderOf(configOf(args).data)
  if (holder?.does !== 'hufu serve' || holder.url === undefined) return undefined
  // not HUFU_SERVER: that may be another than the one whose folder this is
  const { url } = holder
  return { ...args, one: (name) => (name === 'server' ? url : args.one(name)) }
}

function reporter(output: Output): (at: { done: number; total: number }) => void {
  let reported = -Infinity
  return ({ done, total }) => {
    const now = performance.now()
    if (now - reported < REPORT_MS) return
    reported = now
    void output.event({ event: 'rotating', done, total })
    if (!output.json) output.screen.status(`${done} of ${total} data keys`)
  }
}

import { hex, unhex } from '@hufu/protocol/crypto'
import { HufuError } from '@hufu/protocol/wire'
import {
  exportAudit,
  faultText,
  readMark,
  verifyAudit,
  type AuditKept,
  type AuditRange,
} from '@hufu/server'
import { usage, type Arguments } from '../arguments.ts'
import { EXIT, type ExitCode } from '../exit.ts'
import type { Output } from '../output.ts'
import { configOf } from '../settings.ts'

/** `hufu audit verify` and `hufu audit export`, on a data folder, whether or not its server runs. */
export async function run(args: Arguments, output: Output): Promise<ExitCode> {
  const [verb] = args.operands
  const { data } = configOf(args)
  if (verb === 'verify') return verify(data, keptOf(args), output)
  if (verb === 'export') return exportFrom(data, rangeOf(args), output)
  throw usage(
    '`hufu audit verify` checks the record of a data folder, `hufu audit export` prints its entries',
  )
}

/** @throws {HufuError} `ERR_AUDIT_BROKEN`, naming the first entry that is wrong. */
async function verify(data: string, kept: AuditKept, output: Output): Promise<ExitCode> {
  const { publicKey, fault, ...counts } = await verifyAudit(data, kept)
  const key = publicKey === undefined ? null : hex(publicKey)
  await output.event({ event: 'audited', ...counts, key, fault: fault ?? null })
  if (fault !== undefined) throw new HufuError('ERR_AUDIT_BROKEN', faultText(fault))
  const { entries, first, last, marked, restores } = counts
  if (entries === 0) output.note('the record has no entries')
  else output.note(`entries ${first} to ${last} are as they were recorded`)
  for (const { seq, former } of restores)
    output.note(
      former < seq
        ? `entry ${seq} says that a backup was restored`
        : `entry ${seq} says that a backup was restored; what was recorded from ${seq} to ${former} before is in the folder's former data`,
    )
  if (marked > 0 && key !== null) output.note(`signed up to ${marked} by the key ${key}`)
  else if (entries > 0) output.note('no mark covers them yet')
  return EXIT.success
}

async function exportFrom(data: string, range: AuditRange, output: Output): Promise<ExitCode> {
  for (const entries of exportAudit(data, range)) {
    const lines = entries.map((entry) => `${JSON.stringify({ event: 'entry', ...entry })}\n`)
    const read = await output.print(lines.join(''))
    if (!read) break
  }
  return EXIT.success
}

function keptOf(args: Arguments): AuditKept {
  const [mark, marks, key] = ['mark', 'marks', 'key'].map((name) => args.one(name))
  return {
    ...(mark === undefined ? {} : { mark: readAs('mark', mark, readMark) }),
    ...(marks === undefined ? {} : { marks }),
    ...(key === undefined ? {} : { publicKey: readAs('key', key, readKey) }),
  }
}

function rangeOf(args: Arguments): AuditRange {
  const range: Record<string, number> = {}
  for (const [name, read] of RANGE) {
    const given = args.one(name)
    if (given !== undefined) range[name] = readAs(name, given, read)
  }
  return range
}

const RANGE = [
  ['from', readNumber],
  ['to', readNumber],
  ['since', readTime],
  ['until', readTime],
] as const

function readAs<T>(name: string, text: string, read: (text: string) => T | undefined): T {
  const value = read(text)
  if (value === undefined) throw usage(`--${name} cannot be ${text}; see \`hufu help audit\``)
  return value
}

/** 32 octets, as a check prints them. */
function readKey(text: string): Uint8Array | undefined {
  return /^[0-9a-f]{64}$/i.test(text) ? unhex(text) : undefined
}

function readNumber(text: string): number | undefined {
  return /^[1-9][0-9]{0,14}$/.test(text) ? Number(text) : undefined
}

function readTime(text: string): number | undefined {
  const time = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(time) ? undefined : time
}

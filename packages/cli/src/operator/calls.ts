import { usage, type Arguments } from '../arguments.ts'
import { EXIT, type ExitCode } from '../exit.ts'
import type { Output } from '../output.ts'
import type { ApiClient } from './client.ts'
import { operatorsClient } from './session.ts'
import { columns, iso } from './show.ts'

/** A call, as the API has it. */
interface Call {
  readonly id: string
  readonly initiator: string
  readonly host: string
  readonly since: number
  readonly size: number
  readonly ringing: number
  readonly epoch: number
}

interface Whole extends Call {
  readonly members: readonly {
    readonly index: number
    readonly user: string
    readonly terminal: string
    readonly since: number
    readonly isHost: boolean
    readonly connected: boolean
  }[]
  readonly rings: readonly string[]
}

/** Calls in one answer of the API. */
const PAGE = 500

/** `hufu admin calls [list]`, `calls show ID` and `calls end ID --reason TEXT`. */
export async function calls(
  [verb = 'list', id, ...more]: readonly string[],
  args: Arguments,
  output: Output,
): Promise<ExitCode> {
  if (more.length > 0) throw usage(`this is one argument too many: ${more[0]!}`)
  if (verb === 'list' && id === undefined) return listCalls(args, output)
  if (verb === 'show' && id !== undefined) return showCall(id, args, output)
  if (verb === 'end' && id !== undefined) return endCall(id, args, output)
  throw usage('hufu admin calls takes list, show ID, or end ID --reason TEXT')
}

async function listCalls(args: Arguments, output: Output): Promise<ExitCode> {
  const rows: (readonly string[])[] = []
  for await (const call of everyCall(await operatorsClient(args))) {
    await output.event({ event: 'listedcall', ...call, since: iso(call.since) })
    rows.push([call.id, call.host, counts(call), `key ${call.epoch}`, `since ${iso(call.since)}`])
  }
  if (!output.json) await output.print(columns(rows))
  return EXIT.success
}

async function showCall(named: string, args: Arguments, output: Output): Promise<ExitCode> {
  const client = await operatorsClient(args)
  const id = await wholeId(named, client)
  const { members, rings, ...call } = (await client.call('GET', pathOf(id))) as Whole
  await output.event({ event: 'listedcall', ...call, since: iso(call.since) })
  for (const member of members)
    await output.event({ event: 'listedmember', call: id, ...member, since: iso(member.since) })
  for (const user of rings) await output.event({ event: 'listedring', call: id, user })
  if (output.json) return EXIT.success
  const rows = [
    [call.id, counts(call), `key ${call.epoch}`, `since ${iso(call.since)}, by ${call.initiator}`],
    ...members.map(({ user, terminal, since, isHost, connected }) => [
      isHost ? 'host' : 'member',
      user,
      terminal,
      `since ${iso(since)}${connected ? '' : ', away'}`,
    ]),
    ...rings.map((user) => ['rung', user]),
  ]
  await output.print(columns(rows))
  return EXIT.success
}

async function endCall(named: string, args: Arguments, output: Output): Promise<ExitCode> {
  const reason = args.one('reason')
  if (reason === undefined)
    throw usage('--reason TEXT is needed: everybody in the call is shown it')
  const client = await operatorsClient(args)
  const id = await wholeId(named, client)
  await client.call('POST', `${pathOf(id)}/end`, { reason })
  await output.event({ event: 'forced', call: id, reason })
  output.note(`the call ${id} is over`)
  return EXIT.success
}

/** The id that `named` is, or begins, if it begins one alone; throws ERR_USAGE otherwise. */
async function wholeId(named: string, client: ApiClient): Promise<string> {
  if (/^[0-9a-f]{32}$/.test(named)) return named
  const found: string[] = []
  for await (const { id } of everyCall(client)) if (id.startsWith(named)) found.push(id)
  const [id, another] = found
  if (id === undefined) throw usage(`no call has the id ${named}; \`hufu admin calls\` lists them`)
  if (another !== undefined) throw usage(`${found.length} calls have an id that begins ${named}`)
  return id
}

async function* everyCall(client: ApiClient): AsyncGenerator<Call> {
  for (let offset = 0; ; offset += PAGE) {
    const answer = await client.call('GET', `/calls?limit=${PAGE}&offset=${offset}`)
    const { calls } = answer as { readonly calls: readonly Call[] }
    yield* calls
    if (calls.length < PAGE) return
  }
}

function counts({ size, ringing }: Call): string {
  return ringing === 0 ? `${size} in it` : `${size} in it, ${ringing} rung`
}

function pathOf(id: string): string {
  return `/calls/${encodeURIComponent(id)}`
}

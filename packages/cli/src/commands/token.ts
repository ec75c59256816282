import { usage, type Arguments } from '../arguments.ts'
import { EXIT, type ExitCode } from '../exit.ts'
import { milliseconds } from '../operator/duration.ts'
import { operatorsClient } from '../operator/session.ts'
import { columns, iso } from '../operator/show.ts'
import type { Output } from '../output.ts'

/** `hufu token create|list|revoke`: what programs sign in by. */
export async function run(args: Arguments, output: Output): Promise<ExitCode> {
  const [verb = 'list', id] = args.operands
  if (verb === 'list' && id === undefined) return list(args, output)
  if (verb === 'create' && id === undefined) return create(args, output)
  if (verb === 'revoke' && id !== undefined) return revoke(id, args, output)
  throw usage('hufu token takes create, list or revoke ID')
}

async function create(args: Arguments, output: Output): Promise<ExitCode> {
  const [name, scope, expires] = ['name', 'scope', 'expires'].map((each) => args.one(each))
  if (name === undefined || scope === undefined || expires === undefined)
    throw usage('hufu token create --name NAME --scope PERMISSION,… --expires 30d')
  const lifetimeMs = milliseconds(expires)
  const client = await operatorsClient(args)
  const body = { name, scope: scope.split(',').map((each) => each.trim()), lifetimeMs }
  const made = (await client.call('POST', '/tokens', body)) as {
    readonly token: string
    readonly id: string
    readonly scope: readonly string[]
    readonly expires: number
  }
  const until = iso(made.expires)
  await output.event({ event: 'created', ...made, expires: until })
  if (!output.json) await output.print(`${made.token}\n`)
  output.note(
    `It is shown this once, and good until ${until}; \`hufu token revoke ${made.id}\` ends it.`,
  )
  return EXIT.success
}

interface TokenRow {
  readonly id: string
  readonly name: string
  readonly operator: string
  readonly scope: readonly string[]
  readonly created: number
  readonly expires: number
  readonly lastUsed: number | null
}

async function list(args: Arguments, output: Output): Promise<ExitCode> {
  const client = await operatorsClient(args)
  const { tokens } = (await client.call('GET', '/tokens')) as { tokens: readonly TokenRow[] }
  const shown = tokens.map(({ created, expires, lastUsed, ...token }) => ({
    ...token,
    created: iso(created),
    expires: iso(expires),
    lastUsed: lastUsed === null ? null : iso(lastUsed),
  }))
  for (const token of shown) await output.event({ event: 'token', ...token })
  if (output.json) return EXIT.success
  const rows = shown.map(({ id, name, operator, scope, expires, lastUsed }) => [
    id,
    name,
    operator,
    `until ${expires}`,
    lastUsed === null ? 'never used' : `used ${lastUsed}`,
    scope.join(','),
  ])
  await output.print(columns(rows))
  return EXIT.success
}

async function revoke(id: string, args: Arguments, output: Output): Promise<ExitCode> {
  const client = await operatorsClient(args)
  await client.call('DELETE', `/tokens/${encodeURIComponent(id)}`)
  await output.event({ event: 'revoked', id })
  output.note(`the token ${id} is good no more, nor are those that it made`)
  return EXIT.success
}

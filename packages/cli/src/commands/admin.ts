import { makeSetupCode } from '@hufu/server'
import { HufuError } from '@hufu/protocol/wire'
import { usage, type Arguments } from '../arguments.ts'
import { EXIT, type ExitCode } from '../exit.ts'
import { calls } from '../operator/calls.ts'
import {
  forgetSession,
  keepSession,
  operatorsClient,
  strangersClient,
} from '../operator/session.ts'
import { questionsOn } from '../operator/questions.ts'
import { columns, iso } from '../operator/show.ts'
import type { Output } from '../output.ts'
import { configOf } from '../settings.ts'

/** `hufu admin setup|login|logout|whoami|users|calls …`: who runs a server, and what it carries. */
export async function run(args: Arguments, output: Output): Promise<ExitCode> {
  const [verb, ...rest] = args.operands
  if (verb === 'users') return users(rest, args, output)
  if (verb === 'calls') return calls(rest, args, output)
  if (rest.length > 0) throw usage(`this is one argument too many: ${rest[0]!}`)
  switch (verb) {
    case 'setup':
      return setup(args, output)
    case 'login':
      return login(args, output)
    case 'logout':
      return logout(args, output)
    case 'whoami':
      return whoami(args, output)
    default:
      throw usage('hufu admin takes setup, login, logout, whoami, users or calls')
  }
}

async function setup(args: Arguments, output: Output): Promise<ExitCode> {
  const { code, expires } = await makeSetupCode(configOf(args))
  await output.event({ event: 'setup', code, expires: iso(expires) })
  if (!output.json) await output.print(`${code}\n`)
  output.note(`It opens one account, once, until ${iso(expires)}: \`hufu admin login --setup\`.`)
  return EXIT.success
}

interface SignedIn {
  readonly operator: string
  readonly role: string
  readonly permissions: readonly string[]
  readonly expires: number
  readonly session?: string
  readonly token?: { readonly id: string; readonly name: string }
}

async function login(args: Arguments, output: Output): Promise<ExitCode> {
  const client = await strangersClient(args)
  const { first } = (await client.call('GET', '/setup')) as { readonly first: boolean }
  const opens = first || args.has('setup')
  const { ask } = questionsOn(output)
  const code = opens ? await ask('Setup code: ', true) : undefined
  const name = args.one('name') ?? (await ask('Name: ', true))
  const passphrase = await ask(opens ? 'New passphrase: ' : 'Passphrase: ', false)
  if (opens && (await ask('Once more: ', false)) !== passphrase)
    throw new HufuError('ERR_OPERATOR_PASSPHRASE', 'the two differ')
  const given = { name, passphrase, keeper: 'program' }
  const path = opens ? '/setup' : '/session'
  const who = (await client.call('POST', path, opens ? { ...given, code } : given)) as SignedIn
  await keepSession(client.url, who.session!)
  await tell(who, output)
  return EXIT.success
}

/** The session is forgotten here even if the server cannot be told. */
async function logout(args: Arguments, output: Output): Promise<ExitCode> {
  const client = await operatorsClient(args)
  try {
    await client.call('DELETE', '/session')
  } catch (error) {
    if (!(error instanceof HufuError && error.code === 'ERR_SIGNED_OUT')) throw error
  } finally {
    if ((process.env['HUFU_TOKEN'] ?? '') === '') await forgetSession(client.url)
  }
  await output.event({ event: 'signedout' })
  output.note(`signed out at ${client.url}`)
  return EXIT.success
}

async function whoami(args: Arguments, output: Output): Promise<ExitCode> {
  const client = await operatorsClient(args)
  await tell((await client.call('GET', '/session')) as SignedIn, output)
  return EXIT.success
}

async function tell({ operator, role, permissions, expires, token }: SignedIn, output: Output) {
  const until = iso(expires)
  const named = token === undefined ? {} : { token }
  const who = { operator, role, permissions, expires: until, ...named }
  await output.event({ event: 'signedin', ...who })
  if (output.json) return
  const by = token === undefined ? '' : `, by the token ${token.name} (${token.id})`
  await output.print(`${operator} (${role}), until ${until}${by}\n`)
  await output.print(`may: ${permissions.join(', ')}\n`)
}

interface Account {
  readonly name: string
  readonly role: string
  readonly created: number
  readonly invited: boolean
}

async function users(
  [verb = 'list', name, role, ...more]: readonly string[],
  args: Arguments,
  output: Output,
): Promise<ExitCode> {
  if (more.length > 0) throw usage(`this is one argument too many: ${more[0]!}`)
  if (verb === 'list' && name === undefined) return listUsers(args, output)
  const alone = name !== undefined && role === undefined
  const path = `/operators/${encodeURIComponent(name ?? '')}`
  if (verb === 'add' && alone) {
    const given = args.one('role')
    if (given === undefined) throw usage('hufu admin users add NAME --role ROLE')
    return invite(args, output, { path: '/operators', body: { name, role: given }, name })
  }
  if (verb === 'reset' && alone) return invite(args, output, { path: `${path}/reset`, name })
  if (verb === 'role' && name !== undefined && role !== undefined) {
    const client = await operatorsClient(args)
    await client.call('PUT', `${path}/role`, { role })
    await output.event({ event: 'role', name, role })
    output.note(`${name} is ${role} now`)
    return EXIT.success
  }
  if (verb === 'remove' && alone) {
    const client = await operatorsClient(args)
    await client.call('DELETE', path)
    await output.event({ event: 'removed', name })
    output.note(`${name} is removed, with all sessions and tokens`)
    return EXIT.success
  }
  throw usage('hufu admin users takes list, add NAME, role NAME ROLE, reset NAME or remove NAME')
}

async function listUsers(args: Arguments, output: Output): Promise<ExitCode> {
  const client = await operatorsClient(args)
  const answer = (await client.call('GET', '/operators')) as { operators: readonly Account[] }
  const { operators } = answer
  for (const { created, ...account } of operators)
    await output.event({ event: 'operator', ...account, created: iso(created) })
  if (output.json) return EXIT.success
  const rows = operators.map(({ name, role, created, invited }) => [
    name,
    role,
    iso(created),
    invited ? 'has not chosen a passphrase yet' : '',
  ])
  await output.print(columns(rows))
  return EXIT.success
}

interface Invitation {
  readonly path: string
  readonly body?: unknown
  readonly name: string
}

async function invite(
  args: Arguments,
  output: Output,
  { path, body, name }: Invitation,
): Promise<ExitCode> {
  const client = await operatorsClient(args)
  const answer = (await client.call('POST', path, body)) as { code: string; expires: number }
  const { code, expires } = answer
  await output.event({ event: 'invited', name, code, expires: iso(expires) })
  if (!output.json) await output.print(`${code}\n`)
  output.note(
    `Give it to ${name}: \`hufu admin login --setup --name ${name}\` chooses a passphrase, once, until ${iso(expires)}.`,
  )
  return EXIT.success
}

import { type Arguments } from '../arguments.ts'
import { EXIT, type ExitCode } from '../exit.ts'
import type { Output } from '../output.ts'
import { operatorsClient } from './session.ts'
import { columns, iso } from './show.ts'

/** What the API says of a user. */
export interface UserLine {
  readonly user: string
  readonly state: 'active' | 'suspended'
  readonly reason: string | null
  readonly created: number
}

interface Counted extends UserLine {
  readonly keys: number
  readonly signedIn: number
}

interface Key {
  readonly id: string
  readonly kind: string
  readonly algorithm: string
  readonly created: number
  readonly expires: number
  readonly lastUsed: number | null
  readonly revoked: number | null
  readonly reason: string | null
}

/** Who is signed in at a terminal. */
interface Binding {
  readonly terminal: string
  readonly user: string
  readonly by: string
  readonly key: string | null
  readonly since: number
  readonly expires: number
  readonly lastSeen: number
  readonly connected: boolean
}

interface Whole extends UserLine {
  readonly keys: readonly Key[]
  readonly signedIn: readonly Binding[]
  readonly chips: readonly { readonly terminal: string; readonly enrolled: number }[]
  readonly invitations: readonly {
    readonly kind: string
    readonly created: number
    readonly expires: number | null
  }[]
}

/** Users in one answer of the API. */
const PAGE = 500

/** `hufu user list [PART]`. */
export async function listUsers(args: Arguments, output: Output, part = ''): Promise<ExitCode> {
  const client = await operatorsClient(args)
  const filter = part === '' ? '' : `&part=${encodeURIComponent(part)}`
  const rows: (readonly string[])[] = []
  for (let after = ''; ;) {
    const behind = after === '' ? '' : `&after=${encodeURIComponent(after)}`
    const answer = await client.call('GET', `/users?limit=${PAGE}${filter}${behind}`)
    const { users } = answer as { readonly users: readonly Counted[] }
    for (const { created, ...user } of users) {
      await output.event({ event: 'user', ...user, created: iso(created) })
      const { keys, signedIn } = user
      rows.push([user.user, standing(user), `${keys} keys`, `signed in at ${signedIn}`])
    }
    after = users.at(-1)?.user ?? ''
    if (users.length < PAGE) break
  }
  if (!output.json) await output.print(columns(rows))
  return EXIT.success
}

/** `hufu user show USER`. */
export async function showUser(args: Arguments, output: Output, user: string): Promise<ExitCode> {
  const client = await operatorsClient(args)
  const one = (await client.call('GET', `/users/${encodeURIComponent(user)}`)) as Whole
  const { keys, signedIn, chips, invitations, created, ...line } = one
  const counts = { keys: keys.filter(({ revoked }) => revoked === null).length }
  await output.event({
    event: 'user',
    ...line,
    created: iso(created),
    ...counts,
    signedIn: signedIn.length,
  })
  for (const { id, ...key } of keys)
    await output.event({
      event: 'userkey',
      ...key,
      user,
      key: id,
      created: iso(key.created),
      expires: iso(key.expires),
      lastUsed: at(key.lastUsed),
      revoked: at(key.revoked),
    })
  for (const each of signedIn) await bindingEvent(each, output)
  for (const { kind, ...each } of invitations)
    await output.event({
      event: 'invitation',
      user,
      kind,
      created: iso(each.created),
      expires: at(each.expires),
    })
  if (output.json) return EXIT.success
  const rows = [
    [one.user, standing(one), `since ${iso(created)}`],
    ...keys.map((key) => ['key', key.id, `${key.kind}, ${key.algorithm}`, use(key)]),
    ...signedIn.map((each) => ['signed in', each.terminal, presence(each)]),
    ...chips.map(({ terminal }) => ['chip', terminal]),
    ...invitations.map(({ kind, expires }) => [
      kind === 'recovery' ? 'recovery code' : 'invited',
      expires === null ? '' : `until ${iso(expires)}`,
    ]),
  ]
  await output.print(columns(rows))
  return EXIT.success
}

/** `hufu user where`: who is signed in at which terminal. */
export async function listBindings(args: Arguments, output: Output): Promise<ExitCode> {
  const client = await operatorsClient(args)
  const rows: (readonly string[])[] = []
  for (let after = ''; ;) {
    const behind = after === '' ? '' : `&after=${after}`
    const answer = await client.call('GET', `/bindings?limit=${PAGE}${behind}`)
    const { bindings } = answer as { readonly bindings: readonly Binding[] }
    for (const each of bindings) {
      await bindingEvent(each, output)
      rows.push([each.terminal, each.user, presence(each)])
    }
    after = bindings.at(-1)?.terminal ?? ''
    if (bindings.length < PAGE) break
  }
  if (!output.json) await output.print(columns(rows))
  return EXIT.success
}

async function bindingEvent(binding: Binding, output: Output): Promise<void> {
  const { since, expires, lastSeen, ...rest } = binding
  const times = { since: iso(since), expires: iso(expires), lastSeen: iso(lastSeen) }
  await output.event({ event: 'binding', ...rest, ...times })
}

function standing({ state, reason }: Pick<UserLine, 'state' | 'reason'>): string {
  return state === 'active' ? '' : `suspended: ${reason ?? ''}`
}

function use({ revoked, reason, lastUsed }: Key): string {
  if (revoked !== null) return `revoked ${iso(revoked)}: ${reason ?? ''}`
  return lastUsed === null ? 'never used' : `used ${iso(lastUsed)}`
}

function presence({ by, since, connected, lastSeen }: Binding): string {
  const there = connected ? 'connected' : `last seen ${iso(lastSeen)}`
  return `by ${by} since ${iso(since)}, ${there}`
}

function at(time: number | null): string | null {
  return time === null ? null : iso(time)
}

import { usage, type Arguments } from '../arguments.ts'
import { EXIT, type ExitCode } from '../exit.ts'
import { milliseconds } from '../operator/duration.ts'
import { operatorsClient } from '../operator/session.ts'
import { iso } from '../operator/show.ts'
import { listBindings, listUsers, showUser } from '../operator/users.ts'
import type { Output } from '../output.ts'

const VERBS = 'list, show, invite, withdraw, suspend, resume, remove, where or release'

/** `hufu user VERB`: who may sign in, and who has. */
export async function run(args: Arguments, output: Output): Promise<ExitCode> {
  const [verb = 'list', one] = args.operands
  if (verb === 'list') return listUsers(args, output, one)
  if (verb === 'where' && one === undefined) return listBindings(args, output)
  if (one === undefined) throw usage(`hufu user takes ${VERBS}`)
  const path = `/users/${encodeURIComponent(one)}`
  switch (verb) {
    case 'show':
      return showUser(args, output, one)
    case 'invite':
      return invite(args, output, one)
    case 'withdraw': {
      const { withdrawn } = (await call(args, 'DELETE', `${path}/invitations`)) as {
        readonly withdrawn: number
      }
      await output.event({ event: 'withdrawn', user: one, invitations: withdrawn })
      output.note(`${withdrawn} invitations of ${one} are good no more`)
      return EXIT.success
    }
    case 'suspend': {
      await call(args, 'POST', `${path}/suspend`, { reason: reasonOf(args) })
      await output.event({ event: 'suspended', user: one })
      output.note(
        `${one} is signed out everywhere, and cannot sign in: \`hufu user resume ${one}\``,
      )
      return EXIT.success
    }
    case 'resume': {
      await call(args, 'POST', `${path}/resume`)
      await output.event({ event: 'resumed', user: one })
      output.note(`${one} may sign in again`)
      return EXIT.success
    }
    case 'remove': {
      await call(args, 'DELETE', path)
      await output.event({ event: 'removed', name: one })
      output.note(`${one} is removed, with keys, invitations and sign-ins`)
      return EXIT.success
    }
    case 'release': {
      const reason = reasonOf(args)
      await call(args, 'POST', `/bindings/${encodeURIComponent(one)}/release`, { reason })
      await output.event({ event: 'released', user: null, terminal: one, code: null, reason })
      output.note(`nobody is signed in at ${one}`)
      return EXIT.success
    }
    default:
      throw usage(`hufu user takes ${VERBS}`)
  }
}

/** Makes a code, and the page's link with it: the code stands behind `#`, which no browser sends to a server. */
async function invite(args: Arguments, output: Output, typed: string): Promise<ExitCode> {
  const expires = args.one('expires')
  const kind = args.has('chip') ? 'terminal' : 'key'
  const client = await operatorsClient(args)
  const lifetime = expires === undefined ? {} : { lifetimeMs: milliseconds(expires) }
  const made = (await client.call('POST', '/invitations', { user: typed, kind, ...lifetime })) as {
    readonly user: string
    readonly code: string
    readonly expires: number
    readonly enrolUrl: string | null
  }
  const { user, code } = made
  const until = iso(made.expires)
  const at = (made.enrolUrl ?? client.url).replace(/\/$/, '')
  const link = kind === 'key' ? `${at}/#enrol=${code}` : null
  await output.event({ event: 'invited', name: user, kind, user, code, expires: until, link })
  if (!output.json) await output.print(`${code}\n`)
  output.note(
    link === null
      ? `At the terminal: \`hufu terminal enrol\`, once, until ${until}.`
      : `Give it to ${made.user}: \`hufu key new\`, or ${link}, once, until ${until}.`,
  )
  return EXIT.success
}

async function call(
  args: Arguments,
  method: 'POST' | 'DELETE',
  path: string,
  body?: unknown,
): Promise<unknown> {
  return (await operatorsClient(args)).call(method, path, body)
}

function reasonOf(args: Arguments): string {
  const reason = args.one('reason')
  if (reason === undefined)
    throw usage('--reason TEXT is needed: the terminal shows it to the user')
  return reason
}

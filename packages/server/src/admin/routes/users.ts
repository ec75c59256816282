import { base64url, hex, random } from '@hufu/protocol/crypto'
import { MAX_USER_ID, parseUserId } from '@hufu/protocol/identity'
import { newInvitation } from '@hufu/protocol/signin'
import { HufuError } from '@hufu/protocol/wire'
import type { Authority } from '../../authority/authority.ts'
import { keepInvitation, withdrawInvitations } from '../../authority/invitations.ts'
import { forgetUser, suspendUser } from '../../authority/users.ts'
import { bindingsOf } from '../../store/bindings.ts'
import { chipsOf } from '../../store/chips.ts'
import type { Ending } from '../../store/endings.ts'
import { openInvitations } from '../../store/invitations.ts'
import { keysOf } from '../../store/keys.ts'
import type { Db } from '../../store/schema.ts'
import { findUser, listUsers, setUserState } from '../../store/users.ts'
import type { Vault } from '../../vault/vault.ts'
import { act, actorOf, granted, refused, type Act, type ActPorts, type Deed } from '../act.ts'
import { binding, keyId, reason, terminalId, userId } from '../forms.ts'
import { nothing, route, type Call, type Route } from '../route.ts'
import { bindingRow } from './bindings.ts'
import {
  digits,
  list,
  nullable,
  object,
  text,
  time,
  whole,
  word,
  type Described,
} from '../schema.ts'

/** What is needed to change what users may do. */
export interface UserPorts extends ActPorts {
  readonly vault: Vault
  readonly authority: Authority
  /** True if the terminal is connected. */
  isThere(terminal: Uint8Array): boolean
  /** Has terminals told that their users' sign-ins were ended. */
  tell(endings: readonly Ending[]): void
}

/** Users in one answer. */
const MOST = 500
/** Keys, sign-ins and the like of one user in an answer. */
const MOST_OF_ONE = 1_000
const MINUTE_MS = 60_000
const HOUR_MS = 3_600_000
const YEAR_MS = 366 * 86_400_000

const state = word('active', 'suspended')
const userRow = object({
  user: userId,
  state,
  reason: nullable(text(0, 500)),
  created: time,
  keys: whole(0),
  signedIn: whole(0),
})
const keyRow = object({
  id: keyId,
  kind: word('software', 'token', 'passkey', 'outside'),
  algorithm: text(1, 32),
  created: time,
  expires: time,
  lastUsed: nullable(time),
  revoked: nullable(time),
  reason: nullable(text(0, 500)),
})
const invitationRow = object({
  kind: word('key', 'recovery', 'terminal'),
  created: time,
  expires: nullable(time),
})
const named = object({ user: userId })

/** Who may sign in. */
export function userRoutes(ports: UserPorts): readonly Route[] {
  const { authority, audit, clock, config, store, vault } = ports
  return [
    route({
      id: 'listUsers',
      method: 'GET',
      path: '/users',
      about:
        'Users in the order of their IDs: those after `after`, and only those whose ID holds `part`. `keys`: not revoked; `signedIn`: at how many terminals.',
      access: 'users.read',
      query: object({}, { after: userId, part: text(1, MAX_USER_ID), limit: digits(1, MOST) }),
      answer: object({ users: list(userRow, MOST) }),
      async handle({ query: { after = '', part = '', limit = 100 } }) {
        const page = { after, part, most: limit, now: clock.wall() }
        const rows = await store.read((db) => listUsers(db, page))
        return { users: rows.map(({ id: user, ...row }) => ({ user, ...row })) }
      },
    }),
    route({
      id: 'showUser',
      method: 'GET',
      path: '/users/{user}',
      about: 'One user: keys, where they are signed in, and what they may still enrol with.',
      access: 'users.read',
      params: named,
      answer: object({
        user: userId,
        state,
        reason: nullable(text(0, 500)),
        created: time,
        keys: list(keyRow, MOST_OF_ONE),
        signedIn: list(binding, MOST_OF_ONE),
        chips: list(object({ terminal: terminalId, enrolled: time }), MOST_OF_ONE),
        invitations: list(invitationRow, MOST_OF_ONE),
      }),
      refuses: ['ERR_USER_UNKNOWN'],
      handle: ({ params: { user } }) => store.read((db) => shown(ports, db, user)),
    }),
    route({
      id: 'invite',
      method: 'POST',
      path: '/invitations',
      about:
        'Makes a code, shown once, by which a user enrols a key (`key`) or a terminal’s security chip (`terminal`). The user is added if they are new; without a namespace the ID gets this server’s. `enrolUrl`: where, if not here.',
      access: 'users.write',
      body: object(
        { user: text(1, MAX_USER_ID), kind: word('key', 'terminal') },
        { lifetimeMs: whole(MINUTE_MS, YEAR_MS) },
      ),
      answer: object({
        user: userId,
        code: text(1, 64),
        expires: time,
        enrolUrl: nullable(text(1, 512)),
      }),
      refuses: [
        'ERR_USER_ID',
        'ERR_CERT_NAMESPACE',
        'ERR_USER_SUSPENDED',
        'ERR_ENROL_LIMIT',
        'ERR_AUTHORITY',
      ],
      handle({ who, body: { user: typed, kind, lifetimeMs = config.invitationLifetimeMs } }) {
        refuseApart(authority, 'invitations are made', 'hufu user invite')
        const parsed = parseUserId(typed, authority.namespace)
        if (!parsed.ok) throw new HufuError(parsed.code)
        const user = parsed.value
        const fault = authority.faultOf(user)
        if (fault !== undefined) throw new HufuError(fault)
        const code = newInvitation(random)
        const hours = Math.ceil(lifetimeMs / HOUR_MS)
        return act(ports, {
          who: who!,
          permission: 'users.write',
          deed: deed('user.invite', user, { kind, hours }),
          async work(db) {
            const now = clock.wall()
            const expires = now + lifetimeMs
            const kept = await keepInvitation(db, vault, { code, kind, user, now, expires }, config)
            const enrolUrl = config.enrolUrl === '' ? null : config.enrolUrl
            return kept.ok ? granted({ user, code, expires, enrolUrl }) : refused(kept.code)
          },
        })
      },
    }),
    route({
      id: 'withdrawInvitations',
      method: 'DELETE',
      path: '/users/{user}/invitations',
      about: 'Withdraws all invitations of a user that nobody has used. Recovery codes stay.',
      access: 'users.write',
      params: named,
      answer: object({ withdrawn: whole(0) }),
      refuses: ['ERR_USER_UNKNOWN'],
      handle: (call) =>
        change(ports, call, deed('user.withdraw', call.params.user, {}), async (db) => {
          const { user } = call.params
          return { withdrawn: await withdrawInvitations(db, vault, user, clock.wall()) }
        }),
    }),
    route({
      id: 'suspendUser',
      method: 'POST',
      path: '/users/{user}/suspend',
      about:
        'Has nobody sign in as this user any more, and ends their sign-ins. The terminals are told why.',
      access: 'users.write',
      params: named,
      body: object({ reason }),
      answer: nothing,
      refuses: ['ERR_USER_UNKNOWN'],
      handle: (call) => {
        const { reason } = call.body
        return ending(ports, call, deed('user.suspend', call.params.user, { reason }), (db, by) =>
          suspendUser(db, audit, call.params.user, { ...by, reason }),
        )
      },
    }),
    route({
      id: 'resumeUser',
      method: 'POST',
      path: '/users/{user}/resume',
      about: 'Lets a suspended user in again.',
      access: 'users.write',
      params: named,
      answer: nothing,
      refuses: ['ERR_USER_UNKNOWN'],
      handle: (call) =>
        change(ports, call, deed('user.resume', call.params.user, {}), async (db) => {
          await setUserState(db, call.params.user, 'active', null)
          return {}
        }),
    }),
    route({
      id: 'removeUser',
      method: 'DELETE',
      path: '/users/{user}',
      about:
        'Removes a user: keys are revoked, invitations void, sign-ins ended. Who is invited under this ID later is somebody else to whoever has met this one.',
      access: 'users.write',
      params: named,
      answer: nothing,
      refuses: ['ERR_USER_UNKNOWN'],
      async handle(call) {
        const { user } = call.params
        const answer = await ending(ports, call, deed('user.remove', user, {}), (db, by) =>
          forgetUser(db, audit, vault, user, { ...by, reason: '' }),
        )
        authority.revoked()
        return answer
      },
    }),
  ]
}

/**
 * Refuses what only the authority itself can do.
 *
 * @throws {HufuError} `ERR_AUTHORITY`, saying where it is done, if the authority is apart from this server.
 */
export function refuseApart({ apart }: Authority, what: string, command: string): void {
  if (apart === undefined) return
  throw new HufuError(
    'ERR_AUTHORITY',
    `${what} at the authority, which is apart from this server: ${command} --server ${apart}`,
  )
}

type UserAction = 'user.invite' | 'user.withdraw' | 'user.suspend' | 'user.resume' | 'user.remove'

function deed(action: UserAction, id: string, detail: object): Deed {
  return { action, object: { kind: 'user', id }, detail } as Deed
}

type OfUser = Call<{ readonly user: string }, unknown, unknown>
type By = Pick<Parameters<typeof suspendUser>[3], 'actor' | 'now'>

/** Changes a user who is there. */
function change<T>(
  ports: UserPorts,
  { who, params: { user } }: OfUser,
  deed: Deed,
  work: (db: Db) => Promise<T>,
): Promise<T> {
  const one: Act<T> = {
    who: who!,
    permission: 'users.write',
    deed,
    async work(db) {
      if ((await findUser(db, user)) === undefined) return refused('ERR_USER_UNKNOWN')
      return granted(await work(db))
    },
  }
  return act(ports, one)
}

/** Changes a user in a way that ends sign-ins, and has their terminals told. */
async function ending(
  ports: UserPorts,
  call: OfUser,
  deed: Deed,
  work: (db: Db, by: By) => Promise<readonly Ending[]>,
): Promise<Readonly<Record<string, never>>> {
  const actor = actorOf(call.who!)
  const endings = await change(ports, call, deed, (db) =>
    work(db, { actor, now: ports.clock.wall() }),
  )
  ports.tell(endings)
  return {}
}

async function shown({ clock, isThere }: UserPorts, db: Db, user: string) {
  const row = await findUser(db, user)
  if (row === undefined) throw new HufuError('ERR_USER_UNKNOWN')
  const now = clock.wall()
  const { state, reason, created } = row
  const [keys, bindings, chips, invitations] = [
    await keysOf(db, user),
    await bindingsOf(db, user, now),
    await chipsOf(db, user),
    await openInvitations(db, user, now),
  ]
  return {
    user,
    state,
    reason,
    created,
    keys: keys.map(({ id, kind, ...key }) => ({
      id: base64url(id),
      kind: kind as Described<typeof keyRow>['kind'],
      algorithm: key.algorithm,
      created: key.created,
      expires: key.expires,
      lastUsed: key.lastUsed,
      revoked: key.revoked,
      reason: key.reason,
    })),
    signedIn: bindings.map((each) => bindingRow(each, isThere)),
    chips: chips.map(({ terminal, enrolled }) => ({ terminal: hex(terminal), enrolled })),
    invitations: invitations.map(({ kind, created, expires }) => ({ kind, created, expires })),
  }
}

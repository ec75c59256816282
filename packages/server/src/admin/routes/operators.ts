import type { Db } from '../../store/schema.ts'
import { act, forbidden, granted, refused, type ActPorts, type Deed, type Result } from '../act.ts'
import { issueCode } from '../codes.ts'
import { openingCode, operatorName, role } from '../forms.ts'
import type { Identity } from '../identity.ts'
import { permissionsOf } from '../roles.ts'
import { nothing, route, type Route } from '../route.ts'
import { flag, list, object, text, time } from '../schema.ts'
import { leaveAll } from '../sessions.ts'

/** Accounts in all. Our choice: those who run a server and own something in it. */
const MOST = 10_000

const operatorRow = object({ name: operatorName, role: text(1, 64), created: time, invited: flag })
const named = object({ name: operatorName })

/** Who has an account. */
export function operatorRoutes(ports: ActPorts): readonly Route[] {
  const { store, clock, config } = ports
  return [
    route({
      id: 'listOperators',
      method: 'GET',
      path: '/operators',
      about: 'All accounts. `invited`: no passphrase has been chosen yet.',
      access: 'operators.read',
      answer: object({ operators: list(operatorRow, MOST) }),
      handle: async () => ({ operators: await store.read(listOperators) }),
    }),
    route({
      id: 'addOperator',
      method: 'POST',
      path: '/operators',
      about:
        'Makes an account. Its owner opens it with the code (`setup`), which is shown once. Nobody gives a role that may do more than they.',
      access: 'operators.write',
      body: object({ name: operatorName, role }),
      answer: openingCode,
      refuses: ['ERR_OPERATOR_EXISTS'],
      handle: ({ who, body: { name, role } }) =>
        act(ports, {
          who: who!,
          permission: 'operators.write',
          deed: deed('operator.add', name, { role }),
          async work(db, who) {
            const excess = beyond(who, role)
            if (excess !== undefined) return excess
            if ((await find(db, name)) !== undefined) return refused('ERR_OPERATOR_EXISTS')
            const created = clock.wall()
            await db
              .insertInto('operators')
              .values({ name, role, passphrase: null, created })
              .execute()
            return granted(await issueCode(db, name, config, created))
          },
        }),
    }),
    route({
      id: 'changeRole',
      method: 'PUT',
      path: '/operators/{name}/role',
      about:
        'Gives an account another role. It counts at once, for whoever is signed in and for tokens.',
      access: 'operators.write',
      params: named,
      body: object({ role }),
      answer: nothing,
      refuses: ['ERR_OPERATOR_UNKNOWN', 'ERR_OPERATOR_LAST'],
      handle: ({ who, params: { name }, body: { role } }) =>
        act(ports, {
          who: who!,
          permission: 'operators.write',
          deed: deed('operator.role', name, { role }),
          async work(db, who) {
            const target = await reachable(db, who, name)
            if (!target.ok) return target
            const excess = beyond(who, role)
            if (excess !== undefined) return excess
            if (role !== 'operator' && (await isLast(db, name))) return refused('ERR_OPERATOR_LAST')
            await db.updateTable('operators').set({ role }).where('name', '=', name).execute()
            return granted({})
          },
        }),
    }),
    route({
      id: 'resetOperator',
      method: 'POST',
      path: '/operators/{name}/reset',
      about:
        'Has an account’s owner choose a new passphrase with a code, which is shown once. The old one is good no more, and its sessions end; its tokens stay.',
      access: 'operators.write',
      params: named,
      answer: openingCode,
      refuses: ['ERR_OPERATOR_UNKNOWN'],
      handle: ({ who, params: { name } }) =>
        act(ports, {
          who: who!,
          permission: 'operators.write',
          deed: deed('operator.reset', name, {}),
          async work(db, who) {
            const target = await reachable(db, who, name)
            if (!target.ok) return target
            await leaveAll(db, name)
            await db
              .updateTable('operators')
              .set({ passphrase: null })
              .where('name', '=', name)
              .execute()
            return granted(await issueCode(db, name, config, clock.wall()))
          },
        }),
    }),
    route({
      id: 'removeOperator',
      method: 'DELETE',
      path: '/operators/{name}',
      about: 'Removes an account with its sessions and tokens.',
      access: 'operators.write',
      params: named,
      answer: nothing,
      refuses: ['ERR_OPERATOR_UNKNOWN', 'ERR_OPERATOR_LAST'],
      handle: ({ who, params: { name } }) =>
        act(ports, {
          who: who!,
          permission: 'operators.write',
          deed: deed('operator.remove', name, {}),
          async work(db, who) {
            const target = await reachable(db, who, name)
            if (!target.ok) return target
            if (await isLast(db, name)) return refused('ERR_OPERATOR_LAST')
            // with sessions, tokens and codes: they belong to it in the tables
            await db.deleteFrom('operators').where('name', '=', name).execute()
            return granted({})
          },
        }),
    }),
  ]
}

type OperatorAction = 'operator.add' | 'operator.role' | 'operator.reset' | 'operator.remove'

function deed(action: OperatorAction, id: string, detail: object): Deed {
  return { action, object: { kind: 'operator', id }, detail } as Deed
}

async function listOperators(db: Db) {
  const rows = await db
    .selectFrom('operators')
    .select(['name', 'role', 'created', 'passphrase'])
    .orderBy('name')
    .limit(MOST)
    .execute()
  return rows.map(({ name, role, created, passphrase }) => ({
    name,
    role,
    created,
    invited: passphrase === null,
  }))
}

async function find(db: Db, name: string): Promise<{ readonly role: string } | undefined> {
  return db.selectFrom('operators').select('role').where('name', '=', name).executeTakeFirst()
}

/** An account that is there, and may do nothing that whoever asks may not. */
async function reachable(db: Db, who: Identity, name: string): Promise<Result<undefined>> {
  const target = await find(db, name)
  if (target === undefined) return refused('ERR_OPERATOR_UNKNOWN')
  return beyond(who, target.role) ?? granted(undefined)
}

/** Nobody hands out more than they have: a token of little scope would be a way to all of it. */
function beyond(who: Identity, role: string): Result<never> | undefined {
  const missing = permissionsOf(role).find((permission) => !who.permissions.includes(permission))
  return missing === undefined ? undefined : forbidden(missing)
}

/** Whether without `name` nobody could run the server. */
async function isLast(db: Db, name: string): Promise<boolean> {
  const rows = await db
    .selectFrom('operators')
    .select('name')
    .where('role', '=', 'operator')
    .where('passphrase', 'is not', null)
    .limit(2)
    .execute()
  return rows.length === 1 && rows[0]!.name === name
}

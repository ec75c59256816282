import { HufuError } from '@hufu/protocol/wire'
import type { Db } from '../../store/schema.ts'
import { actorOf, granted, recorded, refused } from '../act.ts'
import { countAttempt } from '../attempts.ts'
import { keeper, signedIn, typedPassphrase } from '../forms.ts'
import type { Identity } from '../identity.ts'
import { isAcceptable } from '../passphrase.ts'
import { route, type Call, type Route } from '../route.ts'
import { list, object, time, whole, type Described } from '../schema.ts'
import { enter, hand, leaveAll } from '../sessions.ts'
import type { SessionPorts } from './session.ts'

/** Sessions in a list: more than an account can have. */
const MOST = 100

const change = object({ current: typedPassphrase, passphrase: typedPassphrase }, { keeper })
const sessionRow = object({ keeper, created: time, lastUsed: time })

/** What whoever is signed in does with their own account. A token does none of it: whoever finds one must not get further. */
export function ownRoutes(ports: SessionPorts): readonly Route[] {
  const { store, config, clock } = ports
  return [
    route({
      id: 'changePassphrase',
      method: 'PUT',
      path: '/session/passphrase',
      about:
        'Changes one’s own passphrase. All sessions of the account end, and whoever asks is signed in anew; tokens stay.',
      access: 'signed in',
      body: change,
      answer: signedIn,
      refuses: [
        'ERR_INSECURE',
        'ERR_OPERATOR_PASSPHRASE',
        'ERR_LOGIN_REFUSED',
        'ERR_LOGIN_THROTTLED',
        'ERR_BUSY',
      ],
      handle: (call) => changePassphrase(ports, call),
    }),
    route({
      id: 'listOtherSessions',
      method: 'GET',
      path: '/session/others',
      about: 'Where else one is signed in, the last used first.',
      access: 'signed in',
      answer: object({ sessions: list(sessionRow, MOST) }),
      async handle({ who }) {
        const since = clock.wall()
        const rows = await store.read((db) => others(db, person(who!)))
        const good = rows.filter(
          ({ created, lastUsed }) =>
            created + config.operatorSessionMs > since && lastUsed + config.operatorIdleMs > since,
        )
        return { sessions: good }
      },
    }),
    route({
      id: 'endOtherSessions',
      method: 'DELETE',
      path: '/session/others',
      about: 'Signs out everywhere but here.',
      access: 'signed in',
      answer: object({ ended: whole(0) }),
      async handle({ who }) {
        const { operator, hash } = person(who!)
        const object = { kind: 'operator', id: operator } as const
        const deed = { action: 'operator.logout-others', object, detail: {} } as const
        return recorded(ports, actorOf(who!), deed, async (db) => {
          const { numDeletedRows } = await db
            .deleteFrom('operator_sessions')
            .where('operator', '=', operator)
            .where('hash', '!=', hash)
            .executeTakeFirstOrThrow()
          return granted({ ended: Number(numDeletedRows) })
        })
      },
    }),
  ]
}

/** What is tried as the present passphrase counts as an attempt to sign in: a session left open is no way to guess it. */
async function changePassphrase(
  ports: SessionPorts,
  { who, body, visitor }: Call<unknown, unknown, Described<typeof change>>,
) {
  const { store, clock, config, passphrases } = ports
  const { current, passphrase, keeper: keptBy = 'browser' } = body
  const { operator } = person(who!)
  if (!visitor.safe) throw new HufuError('ERR_INSECURE')
  if (!isAcceptable(passphrase, operator)) throw new HufuError('ERR_OPERATOR_PASSPHRASE')
  const attempt = await countAttempt(ports, visitor.source, operator)
  const known = await store.read((db) => account(db, operator))
  const fits = await passphrases.fits(current, known?.passphrase ?? null)
  const chosen = fits ? await passphrases.hash(passphrase) : ''
  const object = { kind: 'operator', id: operator } as const
  const deed = { action: 'operator.passphrase', object, detail: {} } as const
  const now = clock.wall()
  const [entrance, session] = await recorded(ports, actorOf(who!), deed, async (db) => {
    const still = await account(db, operator)
    if (!fits || still === undefined || still.passphrase !== known?.passphrase)
      return refused('ERR_LOGIN_REFUSED')
    await attempt.forgive(db)
    await leaveAll(db, operator)
    await db
      .updateTable('operators')
      .set({ passphrase: chosen })
      .where('name', '=', operator)
      .execute()
    const entrance = { operator, role: still.role, keptBy, visitor, now }
    return granted([entrance, await enter(db, entrance)] as const)
  })
  return hand(entrance, session, config)
}

/** Somebody who signed in themselves. */
function person({ operator, credential }: Identity): { operator: string; hash: Uint8Array } {
  if (credential.by === 'token')
    throw new HufuError('ERR_API_REQUEST', 'a token has no account of its own')
  return { operator, hash: credential.hash }
}

async function account(db: Db, name: string) {
  return db
    .selectFrom('operators')
    .select(['role', 'passphrase'])
    .where('name', '=', name)
    .executeTakeFirst()
}

async function others(db: Db, { operator, hash }: { operator: string; hash: Uint8Array }) {
  const rows = await db
    .selectFrom('operator_sessions')
    .select(['kept_by', 'created', 'last_used'])
    .where('operator', '=', operator)
    .where('hash', '!=', hash)
    .orderBy('last_used', 'desc')
    .limit(MOST)
    .execute()
  return rows.map(({ kept_by, created, last_used }) => ({
    keeper: kept_by,
    created,
    lastUsed: last_used,
  }))
}

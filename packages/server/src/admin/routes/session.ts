import { HufuError } from '@hufu/protocol/wire'
import { granted, recorded, refused, type ActPorts } from '../act.ts'
import { countAttempt } from '../attempts.ts'
import { actorOf } from '../act.ts'
import { keeper, signedIn, typedName, typedPassphrase, operatorName } from '../forms.ts'
import type { Passphrases } from '../passphrase.ts'
import { nothing, route, type Route } from '../route.ts'
import { object } from '../schema.ts'
import { enter, hand, leave } from '../sessions.ts'

export interface SessionPorts extends ActPorts {
  readonly passphrases: Passphrases
  /** Takes up a code that was made beside the server. */
  takeSetupCode(): Promise<void>
}

const credentials = object({ name: typedName, passphrase: typedPassphrase }, { keeper })

/** Signing in and out. */
export function sessionRoutes(ports: SessionPorts): readonly Route[] {
  return [
    route({
      id: 'signIn',
      method: 'POST',
      path: '/session',
      about:
        'Signs in. `keeper` is `browser` (the default: the session is a cookie) or `program` (it is in the answer, to be sent as a bearer token).',
      access: 'anybody',
      body: credentials,
      answer: signedIn,
      refuses: ['ERR_INSECURE', 'ERR_LOGIN_REFUSED', 'ERR_LOGIN_THROTTLED', 'ERR_BUSY'],
      handle: (call) => signIn(ports, call),
    }),
    route({
      id: 'whoAmI',
      method: 'GET',
      path: '/session',
      about: 'Who is signed in, and what they may do.',
      access: 'signed in',
      answer: signedIn,
      async handle({ who }) {
        const { operator, role, permissions, expires, token } = who!
        const plain = { operator, role, permissions, expires }
        return token === undefined ? plain : { ...plain, token }
      },
    }),
    route({
      id: 'signOut',
      method: 'DELETE',
      path: '/session',
      about: 'Ends the session that asks.',
      access: 'signed in',
      answer: nothing,
      async handle({ who, visitor }) {
        const { credential, operator } = who!
        if (credential.by === 'token')
          throw new HufuError('ERR_API_REQUEST', 'a token is not signed in: it is revoked')
        const object = { kind: 'operator', id: operator } as const
        const deed = { action: 'operator.logout', object, detail: {} } as const
        await recorded(ports, actorOf(who!), deed, async (db) => {
          await leave(db, credential.hash)
          return granted(undefined)
        })
        if (credential.keptBy === 'browser') visitor.keep(undefined)
        return {}
      },
    }),
  ]
}

type SignIn = Parameters<
  Parameters<typeof route<unknown, unknown, Credentials, unknown>>[0]['handle']
>[0]
type Credentials = NonNullable<ReturnType<(typeof credentials)['read']>>

/**
 * Nobody learns whether there is an account of that name: what is done, and what is written, is the same. What was typed
 * as a name that nobody has may be a passphrase, so the record does not have it.
 */
async function signIn(ports: SessionPorts, { body, visitor }: SignIn) {
  const { store, clock, config, passphrases } = ports
  const { name, passphrase, keeper: keptBy = 'browser' } = body
  if (!visitor.safe) throw new HufuError('ERR_INSECURE')
  const attempt = await countAttempt(ports, visitor.source, name)
  const known = await store.read((db) => account(db, name))
  const fits = await passphrases.fits(passphrase, known?.passphrase ?? null)
  const id = known === undefined ? '' : name
  const actor = known === undefined ? 'server' : (`operator:${name}` as const)
  const deed = { action: 'operator.login', object: { kind: 'operator', id }, detail: {} } as const
  const now = clock.wall()
  const [entrance, session] = await recorded(ports, actor, deed, async (db) => {
    const still = await account(db, name)
    if (!fits || still === undefined || still.passphrase !== known?.passphrase)
      return refused('ERR_LOGIN_REFUSED')
    await attempt.forgive(db)
    const entrance = { operator: name, role: still.role, keptBy, visitor, now }
    return granted([entrance, await enter(db, entrance)] as const)
  })
  return hand(entrance, session, config)
}

async function account(db: Parameters<typeof leave>[0], name: string) {
  if (operatorName.read(name) === undefined) return undefined
  return db
    .selectFrom('operators')
    .select(['role', 'passphrase'])
    .where('name', '=', name)
    .executeTakeFirst()
}

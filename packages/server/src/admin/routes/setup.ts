import { HufuError } from '@hufu/protocol/wire'
import type { UnixMs } from '../../clock.ts'
import type { Db } from '../../store/schema.ts'
import { granted, recorded, refused, type Deed, type Result } from '../act.ts'
import { countAttempt } from '../attempts.ts'
import { setupCodeHash } from '../setup-code.ts'
import { keeper, operatorName, signedIn, typedName, typedPassphrase } from '../forms.ts'
import { isAcceptable } from '../passphrase.ts'
import { route, type Call, type Route } from '../route.ts'
import { flag, object, text, type Described } from '../schema.ts'
import { enter, hand, leaveAll } from '../sessions.ts'
import type { SessionPorts } from './session.ts'

const opening = object(
  { code: text(0, 256), name: typedName, passphrase: typedPassphrase },
  { keeper },
)

/** Opening an account with a code: the first one, or one that an operator has made. */
export function setupRoutes(ports: SessionPorts): readonly Route[] {
  return [
    route({
      id: 'setupState',
      method: 'GET',
      path: '/setup',
      about:
        'Whether there is an account at all. If not, the first is opened with the code that the server prints when it starts.',
      access: 'anybody',
      answer: object({ first: flag }),
      handle: async () => ({ first: await ports.store.read(hasNoOperator) }),
    }),
    route({
      id: 'setup',
      method: 'POST',
      path: '/setup',
      about:
        'Opens an account with a code that is good once, chooses its passphrase, and signs in.',
      access: 'anybody',
      body: opening,
      answer: signedIn,
      refuses: [
        'ERR_INSECURE',
        'ERR_OPERATOR_NAME',
        'ERR_OPERATOR_PASSPHRASE',
        'ERR_LOGIN_THROTTLED',
        'ERR_SETUP_CODE',
        'ERR_OPERATOR_EXISTS',
        'ERR_BUSY',
      ],
      handle: (call) => setUp(ports, call),
    }),
  ]
}

/** True until somebody can sign in. */
export async function hasNoOperator(db: Db): Promise<boolean> {
  const row = await db
    .selectFrom('operators')
    .select('name')
    .where('passphrase', 'is not', null)
    .limit(1)
    .executeTakeFirst()
  return row === undefined
}

async function setUp(
  ports: SessionPorts,
  { body, visitor }: Call<unknown, unknown, Described<typeof opening>>,
) {
  const { store, clock, config, passphrases } = ports
  const { code, name, passphrase, keeper: keptBy = 'browser' } = body
  if (!visitor.safe) throw new HufuError('ERR_INSECURE')
  if (operatorName.read(name) === undefined) throw new HufuError('ERR_OPERATOR_NAME')
  if (!isAcceptable(passphrase, name)) throw new HufuError('ERR_OPERATOR_PASSPHRASE')
  const attempt = await countAttempt(ports, visitor.source)
  await ports.takeSetupCode()
  const hash = setupCodeHash(code)
  const now = clock.wall()
  // looked at before the passphrase is hashed: that is work which only a good code may ask for
  const good = await store.read((db) => openedBy(db, hash, name, now))
  const chosen = good.ok ? await passphrases.hash(passphrase) : ''
  const id = good.ok ? name : ''
  const deed: Deed = { action: 'operator.setup', object: { kind: 'operator', id }, detail: {} }
  const actor = good.ok ? (`operator:${name}` as const) : 'server'
  const [entrance, session] = await recorded(ports, actor, deed, async (db) => {
    const still = await openedBy(db, hash, name, now)
    if (!still.ok) return still
    if (!good.ok) return good
    await db.deleteFrom('operator_codes').where('hash', '=', hash).execute()
    await attempt.forgive(db)
    const role = await choose(db, name, chosen, now)
    const entrance = { operator: name, role, keptBy, visitor, now }
    return granted([entrance, await enter(db, entrance)] as const)
  })
  return hand(entrance, session, config)
}

/** Whether this code opens an account of this name. */
async function openedBy(
  db: Db,
  hash: Uint8Array,
  name: string,
  now: UnixMs,
): Promise<Result<undefined>> {
  const code = await db
    .selectFrom('operator_codes')
    .select('operator')
    .where('hash', '=', hash)
    .where('expires', '>', now)
    .executeTakeFirst()
  if (code === undefined) return refused('ERR_SETUP_CODE')
  if (code.operator !== null)
    return code.operator === name ? granted(undefined) : refused('ERR_SETUP_CODE')
  const taken = await db
    .selectFrom('operators')
    .select('name')
    .where('name', '=', name)
    .executeTakeFirst()
  return taken === undefined ? granted(undefined) : refused('ERR_OPERATOR_EXISTS')
}

/** Makes the account if there is none, ends its sessions if there is; the result is its role. */
async function choose(db: Db, name: string, passphrase: string, now: UnixMs): Promise<string> {
  await leaveAll(db, name)
  const { role } = await db
    .insertInto('operators')
    .values({ name, role: 'operator', passphrase, created: now })
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ passphrase }))
    .returning('role')
    .executeTakeFirstOrThrow()
  return role
}

import type { KeyKind } from '@hufu/protocol/identity'
import type { Here, Unseal } from '@hufu/protocol/signin'
import { sameTerminal, type MessageOf } from '@hufu/protocol/wire'
import type { Connection } from '../../relay/connection.ts'
import { bindingAt, bindingsOf, type Binding } from '../../store/bindings.ts'
import { keysOf } from '../../store/keys.ts'
import { findPasskey } from '../../store/passkeys.ts'
import type { Endings } from './endings.ts'
import { refuse, type SigninPorts } from './ports.ts'

/** Terminals that a user is shown: as many as the message holds, those signed in at last. */
const MOST_ELSEWHERE = 64
/** Keys that a user is shown: as many as the message holds, the latest. */
const MOST_KEYS = 64

/** Says who is signed in at a terminal, and where else that user is. The result: whether anybody is. */
export async function showWhere(
  { clock, presence, store }: SigninPorts,
  endings: Endings,
  connection: Connection,
  ref: number,
): Promise<boolean> {
  const { terminal } = connection
  const now = clock.wall()
  const { untold, here, all } = await store.read(async (db) => {
    const binding = await bindingAt(db, terminal)
    const here = binding !== undefined && binding.expires > now ? binding : null
    const all = here === null ? [] : await bindingsOf(db, here.user, now)
    return { untold: await endings.untold(db, terminal), here, all }
  })
  if (untold !== undefined) endings.catchUp(connection, untold)
  const elsewhere = all
    .filter((each) => !sameTerminal(each.terminal, terminal))
    .slice(-MOST_ELSEWHERE)
    .map(({ terminal, since, expires }) => {
      return { terminal, since, expires, connected: presence.isThere(terminal) }
    })
  connection.send({ type: 'signin.here', ref, here: here && shown(here), elsewhere })
  return here !== null
}

/**
 * Says which keys the user has who is signed in at a terminal.
 *
 * Codes: `ERR_SIGNIN_NONE`.
 */
export async function showKeys(
  { clock, store }: SigninPorts,
  connection: Connection,
  ref: number,
): Promise<void> {
  const now = clock.wall()
  const found = await store.read(async (db) => {
    const binding = await bindingAt(db, connection.terminal)
    if (binding === undefined || binding.expires <= now) return undefined
    return { user: binding.user, rows: await keysOf(db, binding.user) }
  })
  if (found === undefined) return refuse(connection, ref, 'ERR_SIGNIN_NONE')
  const keys = found.rows.slice(-MOST_KEYS).map(({ id, kind, created, lastUsed, revoked }) => {
    return { keyId: id, kind: kind as KeyKind, created, lastUsed, revoked }
  })
  connection.send({ type: 'signin.listed', ref, user: found.user, keys })
}

/**
 * Gives back what was sealed under a passkey: to anybody who knows the credential, as nobody else can open it.
 *
 * Codes: `ERR_KEY_UNKNOWN`.
 */
export async function showSealed(
  { authority, store }: SigninPorts,
  connection: Connection,
  { ref, credential }: MessageOf<typeof Unseal>,
): Promise<void> {
  const found = await store.read((db) => findPasskey(db, credential))
  if (found === undefined) return refuse(connection, ref, 'ERR_KEY_UNKNOWN')
  const { host, sealed, of } = found
  const { user, certificates } = of
  const issuers = authority.told()
  connection.send({ type: 'signin.sealed', ref, user, host, sealed, certificates, issuers })
}

function shown({ user, by, since, expires }: Binding): NonNullable<MessageOf<typeof Here>['here']> {
  return { user, by, since, expires }
}

import { base64url, hex } from '@hufu/protocol/crypto'
import type { VerifiedKey } from '@hufu/protocol/identity'
import { failed, sameTerminal, type ErrorCode } from '@hufu/protocol/wire'
import { standingOf } from '../../authority/standing.ts'
import { endBindings } from '../../authority/where.ts'
import type { UnixMs } from '../../clock.ts'
import { bind, bindingAt, bindingsOf, unbind, type Binding } from '../../store/bindings.ts'
import { noteEnding, type Ending } from '../../store/endings.ts'
import { touchKey } from '../../store/keys.ts'
import type { Db } from '../../store/schema.ts'
import { findUser } from '../../store/users.ts'
import { noteVisit } from '../../store/visits.ts'
import type { SigninPorts } from './ports.ts'

/** Who signs in or releases: whoever has the key, or the terminal's own chip. */
export type Signer =
  | { readonly by: 'key'; readonly user: string; readonly key: VerifiedKey }
  | { readonly by: 'chip'; readonly user: string }

/** What came of it, and what other terminals are to be told. */
export type Bound =
  | { readonly ok: true; readonly binding: Binding; readonly endings: readonly Ending[] }
  | { readonly ok: false; readonly code: ErrorCode }

export type Released =
  | { readonly ok: true; readonly endings: readonly Ending[] }
  | { readonly ok: false; readonly code: ErrorCode }

/** Milliseconds within which another use of a key is not noted. Our choice. */
const NOTED_EVERY_MS = 60_000

/**
 * Binds a user to a terminal, and records it, in one durable transaction.
 *
 * Codes: `ERR_KEY_UNKNOWN`, `ERR_KEY_REVOKED`, `ERR_USER_SUSPENDED`, `ERR_TERMINAL_IN_USE`.
 */
export async function bindUser(
  ports: SigninPorts,
  terminal: Uint8Array,
  signer: Signer,
): Promise<Bound> {
  const { audit, clock, config, store } = ports
  return store.write('durable', async (db) => {
    const now = clock.wall()
    const bound = await tryBind(ports, db, terminal, { signer, now })
    await audit.record(db, {
      actor: `user:${signer.user}`,
      action: 'signin.bind',
      object: { kind: 'terminal', id: hex(terminal) },
      outcome: bound.ok ? 'done' : bound.code,
      detail: { user: signer.user, by: signer.by, key: keyText(signer) },
    })
    if (!bound.ok || config.bindingPolicy === 'all') return bound
    const others = (await bindingsOf(db, signer.user, now)).filter(
      (each) => !sameTerminal(each.terminal, terminal),
    )
    const taken = { code: 'ERR_BINDING_TAKEN', reason: '', actor: 'server', now } as const
    return { ...bound, endings: await endBindings(db, audit, others, taken) }
  })
}

/**
 * Releases a terminal, and records it, in one durable transaction.
 *
 * Codes: `ERR_KEY_UNKNOWN`, `ERR_KEY_REVOKED`, `ERR_USER_SUSPENDED`, `ERR_SIGNIN_NONE` (nobody is signed in there),
 * `ERR_RELEASE_REFUSED` (somebody else is).
 *
 * @param here where it is asked for: that terminal need not be told.
 */
export async function releaseTerminal(
  ports: SigninPorts,
  terminal: Uint8Array,
  signer: Signer,
  here: Uint8Array,
): Promise<Released> {
  const { audit, clock, store } = ports
  return store.write('durable', async (db) => {
    const now = clock.wall()
    const fault = await releaseFault(db, terminal, signer, now)
    await audit.record(db, {
      actor: `user:${signer.user}`,
      action: 'signin.release',
      object: { kind: 'terminal', id: hex(terminal) },
      outcome: fault ?? 'done',
      detail: { user: signer.user },
    })
    if (fault !== undefined) return failed(fault)
    await unbind(db, terminal)
    if (sameTerminal(terminal, here)) return { ok: true, endings: [] }
    const code = 'ERR_BINDING_RELEASED'
    const ending = { terminal, user: signer.user, code, reason: '' } as const
    await noteEnding(db, ending, now)
    return { ok: true, endings: [ending] }
  })
}

async function tryBind(
  { config }: SigninPorts,
  db: Db,
  terminal: Uint8Array,
  { signer, now }: { readonly signer: Signer; readonly now: UnixMs },
): Promise<Bound> {
  const fault = await standFault(db, signer, now)
  if (fault !== undefined) return failed(fault)
  const { by, user } = signer
  const former = await bindingAt(db, terminal)
  const stands = former !== undefined && former.expires > now
  if (stands && former.user !== user) return failed('ERR_TERMINAL_IN_USE')
  const binding: Binding = {
    terminal,
    user,
    by,
    key: by === 'key' ? signer.key.keyId : null,
    since: stands ? former.since : now,
    expires: now + config.bindingLifetimeMs,
    lastSeen: now,
  }
  await bind(db, binding)
  if (!stands) await noteVisit(db, terminal, user, now)
  return { ok: true, binding, endings: [] }
}

async function releaseFault(
  db: Db,
  terminal: Uint8Array,
  signer: Signer,
  now: UnixMs,
): Promise<ErrorCode | undefined> {
  const fault = await standFault(db, signer, now)
  if (fault !== undefined) return fault
  const binding = await bindingAt(db, terminal)
  if (binding === undefined || binding.expires <= now) return 'ERR_SIGNIN_NONE'
  return binding.user === signer.user ? undefined : 'ERR_RELEASE_REFUSED'
}

/** What is wrong with who asks, if anything; a key that is good is noted as in use. */
async function standFault(db: Db, signer: Signer, now: UnixMs): Promise<ErrorCode | undefined> {
  if (signer.by === 'chip') {
    const state = (await findUser(db, signer.user))?.state
    return state === 'active' ? undefined : 'ERR_USER_SUSPENDED'
  }
  const standing = await standingOf(db, signer.key)
  if (!standing.ok) return standing.code
  if ((standing.value.lastUsed ?? 0) <= now - NOTED_EVERY_MS)
    await touchKey(db, signer.key.keyId, now)
  return undefined
}

function keyText(signer: Signer): string {
  return signer.by === 'key' ? base64url(signer.key.keyId) : ''
}

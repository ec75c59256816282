import { base64url, sha256, unbase64url } from '@hufu/protocol/crypto'
import { after } from '@hufu/protocol/wire'
import type { Config } from '../../config.ts'
import type { Ending } from '../../store/endings.ts'
import { findKey } from '../../store/keys.ts'
import { findMeta, putMeta } from '../../store/meta.ts'
import { revokedSince } from '../../store/revocations.ts'
import { revokeKey } from '../users.ts'
import { MOST_REVOKED, fromText, heard, news } from './forms.ts'
import { giveUpSecrets, trustAsTold, type ToldIssuer } from './issuers-told.ts'
import type { AuthorityLink } from './link.ts'
import type { RecordPorts } from './record.ts'
import type { Described } from '../../admin/schema.ts'

/*
 * What a server and its authority tell each other now and then: who is trusted, and which keys were revoked at either. Each
 * remembers how far it has come, and goes back an hour every time: a key counts as revoked however often it is said.
 */

export interface SyncPorts extends RecordPorts {
  readonly config: Pick<Config, 'namespace' | 'authorityCheckMs'>
  readonly link: AuthorityLink
  /** Has terminals told that sign-ins were ended. */
  readonly tell: (endings: readonly Ending[]) => void
  /** Issuers are others than before. */
  readonly changed: () => Promise<void>
  /** It went well, or did not. */
  readonly done: (error?: unknown) => void
}

/** The exchange of one server with its authority. */
export interface Sync {
  /** An exchange that begins now or later. Rejects as the link does. */
  now(): Promise<void>
  stop(): Promise<void>
}

const MARKS = 'authority.marks'
/** Milliseconds by which marks are taken back: clocks step, and what was written at once may be read apart. Our choice. */
const BACK_MS = 3_600_000

/** How far either end has come: when the last revocation was that it was told of. */
interface Marks {
  readonly told: number
  readonly heard: number
}

/** Exchanges from now on, every `authorityCheckMs`. */
export function syncWith(ports: SyncPorts): Sync {
  const { clock, config, done } = ports
  let last: Promise<void> = Promise.resolve()
  let waiting: Promise<void> | undefined
  let stopped = false
  const state = { gaveUp: false }
  let cancel: () => void
  const next = async (before: Promise<void>): Promise<void> => {
    await before.catch(() => undefined)
    waiting = undefined
    if (!stopped) await exchange(ports, state)
  }
  const now = (): Promise<void> => {
    // one that has begun may have looked before the caller's change
    waiting ??= next(last)
    last = waiting
    return last
  }
  const look = async (): Promise<void> => {
    try {
      await now()
      done()
    } catch (error) {
      if (!stopped) done(error)
    }
  }
  const later = (): void => {
    cancel = clock.wake(after(clock.now(), config.authorityCheckMs), () => {
      void look()
      later()
    })
  }
  void look()
  later()
  return {
    now,
    async stop() {
      stopped = true
      cancel()
      await last.catch(() => undefined)
    },
  }
}

/** `state.gaveUp`: this process has given up what only an authority needs. */
async function exchange(ports: SyncPorts, state: { gaveUp: boolean }): Promise<void> {
  const { clock, config, link, store, vault } = ports
  let marks = await store.read(async (db) => marksIn(await findMeta(db, MARKS)))
  let [toldFrom, heardFrom] = [back(marks.told), back(marks.heard)]
  for (;;) {
    const here = await store.read((db) => revokedSince(db, toldFrom, MOST_REVOKED))
    const body: Described<typeof news> = {
      since: heardFrom,
      revoked: here.map(({ key }) => base64url(key)),
    }
    const answer = await link.ask('sync', body, heard)
    const issuers = answer.issuers.map(issuerOf)
    if (await trustAsTold(store, issuers, config.namespace, clock.wall())) await ports.changed()
    if (!state.gaveUp) await giveUpSecrets(store, vault, issuers)
    state.gaveUp = true
    ports.tell(await revokeHere(ports, answer.revoked))
    toldFrom = here.at(-1)?.at ?? toldFrom
    heardFrom = answer.revoked.at(-1)?.at ?? heardFrom
    const next = {
      told: Math.max(marks.told, toldFrom),
      heard: Math.max(marks.heard, heardFrom),
    }
    if (next.told !== marks.told || next.heard !== marks.heard) {
      marks = next
      await store.write('soon', (db) => putMeta(db, MARKS, Buffer.from(JSON.stringify(next))))
    }
    if (here.length < MOST_REVOKED && answer.revoked.length < MOST_REVOKED) return
  }
}

/** Revokes keys that were revoked at the authority, and ends what they have signed in. */
async function revokeHere(
  { audit, clock, store }: SyncPorts,
  revoked: Described<typeof heard>['revoked'],
): Promise<readonly Ending[]> {
  const all: Ending[] = []
  for (const { key: id, reason } of revoked) {
    const key = unbase64url(id)
    const kept = key && (await store.read((db) => findKey(db, key)))
    if (key === undefined || kept === undefined || kept.revoked !== null) continue
    const endings = await store.write('durable', async (db) => {
      const still = await findKey(db, key)
      if (still === undefined || still.revoked !== null) return []
      await audit.record(db, {
        actor: 'server',
        action: 'key.revoke',
        object: { kind: 'key', id },
        outcome: 'done',
        detail: { user: still.user, reason },
      })
      return revokeKey(db, audit, key, { actor: 'server', now: clock.wall(), reason })
    })
    all.push(...endings)
  }
  return all
}

function issuerOf({
  certificate,
  namespaces,
  ours,
}: Described<typeof heard>['issuers'][number]): ToldIssuer {
  const der = fromText(certificate)
  return { id: sha256(der), certificate: der, namespaces, ours }
}

function marksIn(kept: Uint8Array | undefined): Marks {
  return kept === undefined
    ? { told: 0, heard: 0 }
    : (JSON.parse(Buffer.from(kept).toString()) as Marks)
}

function back(mark: number): number {
  return Math.max(0, mark - BACK_MS)
}

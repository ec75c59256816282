import { equal, hex } from '@hufu/protocol/crypto'
import { readIssuer } from '@hufu/protocol/identity'
import { HufuError } from '@hufu/protocol/wire'
import type { UnixMs } from '../../clock.ts'
import { listIssuers, putIssuer, removeIssuer, type IssuerRow } from '../../store/issuers.ts'
import type { Db } from '../../store/schema.ts'
import type { Store } from '../../store/store.ts'
import type { Vault } from '../../vault/vault.ts'
import { forgetInvitation } from '../invitations.ts'
import { keyPlace } from '../root.ts'

/** An issuer as the authority tells of it. */
export type ToldIssuer = Omit<IssuerRow, 'added'>

/** Invitations that one transaction forgets. Our choice: some milliseconds. */
const AT_ONCE = 100

/**
 * Trusts those whom the authority trusts, and nobody else. An authority that was met once stays: whoever answers in its place
 * with another root is not believed. True if anything changed.
 *
 * @throws {HufuError} `ERR_AUTHORITY` if it is not the one that was met, or certifies no users of `namespace`.
 */
export async function trustAsTold(
  store: Pick<Store, 'read' | 'write'>,
  told: readonly ToldIssuer[],
  namespace: string,
  now: UnixMs,
): Promise<boolean> {
  const known = await store.read(listIssuers)
  const fault = faultOf(known, told, namespace)
  if (fault !== undefined) throw new HufuError('ERR_AUTHORITY', fault)
  if (sameRows(known, told)) return false
  await store.write('durable', async (db) => {
    for (const row of told) await putIssuer(db, row, now)
    for (const { id } of await listIssuers(db))
      if (!told.some((each) => equal(each.id, id))) await removeIssuer(db, id)
  })
  return true
}

/**
 * Forgets what only an authority needs, where this server was its own before: the issuing keys of roots that the authority
 * has too, and the secrets of invitations. The result: how many there were.
 */
export async function giveUpSecrets(
  store: Pick<Store, 'write'>,
  vault: Vault,
  told: readonly ToldIssuer[],
): Promise<number> {
  const places = told
    .filter(({ ours }) => ours)
    .flatMap(({ namespaces }) => namespaces.map(keyPlace))
  let gone = await store.write('durable', async (db) => {
    let removed = 0
    for (const place of places) if (await vault.remove(db, place)) removed += 1
    return removed
  })
  for (;;) {
    const some = await store.write('durable', async (db) => {
      const ids = await anyInvitations(db)
      for (const id of ids) await forgetInvitation(db, vault, id)
      return ids.length
    })
    gone += some
    if (some < AT_ONCE) return gone
  }
}

function faultOf(
  known: readonly IssuerRow[],
  told: readonly ToldIssuer[],
  namespace: string,
): string | undefined {
  if (told.some(({ certificate }) => !readIssuer(certificate).ok))
    return 'it trusts an issuer that does not read'
  const own = told.filter(({ ours }) => ours)
  const kept = known.filter(({ ours }) => ours)
  const missing = kept.some(({ id }) => !own.some((each) => equal(each.id, id)))
  if (missing) return 'it is another authority than the one that users here were certified by'
  const certifies = own.some(({ namespaces }) => namespaces.includes(namespace))
  return certifies ? undefined : `it certifies no users of ${namespace}: see the setting namespace`
}

function sameRows(known: readonly IssuerRow[], told: readonly ToldIssuer[]): boolean {
  const lines = (rows: readonly ToldIssuer[]): string =>
    rows
      .map(({ id, namespaces, ours }) => `${hex(id)} ${String(ours)} ${namespaces.join(' ')}`)
      .toSorted()
      .join('\n')
  return lines(known) === lines(told)
}

async function anyInvitations(db: Db): Promise<readonly Uint8Array[]> {
  const rows = await db.selectFrom('invitations').select('id').limit(AT_ONCE).execute()
  return rows.map(({ id }) => id)
}

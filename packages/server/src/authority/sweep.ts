import type { UnixMs } from '../clock.ts'
import { sweepEndings } from '../store/endings.ts'
import { expiredInvitations } from '../store/invitations.ts'
import { sweepCertificates } from '../store/keys.ts'
import type { Store } from '../store/store.ts'
import { sweepVisits } from '../store/visits.ts'
import type { Vault } from '../vault/vault.ts'
import { forgetInvitation } from './invitations.ts'

/** Milliseconds for which a terminal that has not come back is still to be told of an ended sign-in. Our choice. */
const TOLD_MS = 90 * 86_400_000
/** Milliseconds for which a user is offered at a terminal where they have signed in. Our choice. */
const OFFERED_MS = 90 * 86_400_000
/** Invitations that one transaction forgets. Our choice: some milliseconds. */
const AT_ONCE = 100

/** Forgets invitations, certificates and notes that have had their time. */
export async function sweepAuthority(
  store: Pick<Store, 'write'>,
  vault: Vault,
  now: UnixMs,
): Promise<void> {
  await store.write('soon', async (db) => {
    await sweepCertificates(db, now)
    await sweepEndings(db, now - TOLD_MS)
    await sweepVisits(db, now - OFFERED_MS)
  })
  const some = (): Promise<number> =>
    store.write('soon', async (db) => {
      const ids = await expiredInvitations(db, now, AT_ONCE)
      for (const id of ids) await forgetInvitation(db, vault, id)
      return ids.length
    })
  while ((await some()) === AT_ONCE);
}

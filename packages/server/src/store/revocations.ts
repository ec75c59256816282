import type { Db } from './schema.ts'

/** A key that was revoked. */
export interface RevokedKey {
  /** 32 octets: `keyIdOf`. */
  readonly key: Uint8Array
  readonly at: number
  /** An operator's words; empty where there are none. */
  readonly reason: string
}

/**
 * Keys that were revoked at `since` or later, at most `most` and the oldest first. Those of users who have been removed are
 * among them for as long as their certificates would be believed.
 */
export async function revokedSince(
  db: Db,
  since: number,
  most: number,
): Promise<readonly RevokedKey[]> {
  const kept = await db
    .selectFrom('user_keys')
    .select(['id', 'revoked', 'reason'])
    .where('revoked', '>=', since)
    .orderBy('revoked')
    .limit(most)
    .execute()
  const certified = await db
    .selectFrom('certificates')
    .select(({ fn }) => ['key', fn.min('revoked').as('at')])
    .where('revoked', '>=', since)
    // one that was enrolled anew
    .where('key', 'not in', (eb) =>
      eb.selectFrom('user_keys').select('id').where('revoked', 'is', null),
    )
    .groupBy('key')
    .orderBy('at')
    .limit(most)
    .execute()
  const all = [
    ...kept.map(({ id, revoked, reason }) => ({ key: id, at: revoked!, reason: reason ?? '' })),
    ...certified.map(({ key, at }) => ({ key, at: Number(at), reason: '' })),
  ]
  const first = new Map(
    all.toReversed().map((each) => [Buffer.from(each.key).toString('hex'), each]),
  )
  return [...first.values()].toSorted((a, b) => a.at - b.at).slice(0, most)
}

import { hex } from '@hufu/protocol/crypto'
import type { Db } from '../store/schema.ts'

/** Which entries are asked for: all that is there has to fit. */
export interface Wanted {
  readonly before?: number
  readonly limit?: number
  /** Whole, or without `operator:` or `token:`. */
  readonly actor?: string
  readonly action?: string
  /** Its id or its kind. */
  readonly object?: string
  /** `done`, a code, or `refused`: any code. */
  readonly outcome?: string
}

/** Entries that one request looks through for those that are asked for: some ten milliseconds. Our choice. */
const LOOKED_THROUGH = 20_000

/** Entries of the audit record, the newest first, and the number before which the next request looks; null: none is left. */
export async function auditPage(
  db: Db,
  { before, limit = 100, ...wanted }: Wanted,
): Promise<{ readonly entries: readonly ShownEntry[]; readonly next: number | null }> {
  const last = before ?? (await lastSeq(db)) + 1
  const from = Math.max(1, last - LOOKED_THROUGH)
  const rows = await fitting(db, wanted)
    .where('seq', '<', last)
    .where('seq', '>=', from)
    .orderBy('seq', 'desc')
    .limit(limit)
    .execute()
  const next = rows.length === limit ? rows.at(-1)!.seq : from
  return { entries: rows.map(shown), next: next > 1 && (await isThere(db, next)) ? next : null }
}

/** Those that fit, in no order. */
function fitting(db: Db, { actor, action, object, outcome }: Wanted) {
  return db
    .selectFrom('audit_entries')
    .selectAll()
    .$if(actor !== undefined, (query) =>
      query.where('actor', 'in', [actor!, `operator:${actor!}`, `token:${actor!}`]),
    )
    .$if(action !== undefined, (query) => query.where('action', '=', action!))
    .$if(object !== undefined, (query) =>
      query.where((eb) => eb.or([eb('object_id', '=', object!), eb('object_kind', '=', object!)])),
    )
    .$if(outcome !== undefined, (query) =>
      outcome === 'refused'
        ? query.where('outcome', '!=', 'done')
        : query.where('outcome', '=', outcome!),
    )
}

async function lastSeq(db: Db): Promise<number> {
  const row = await db
    .selectFrom('audit_entries')
    .select('seq')
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row?.seq ?? 0
}

/** Whether any entry stands before that number: old ones are dropped. */
async function isThere(db: Db, before: number): Promise<boolean> {
  const row = await db
    .selectFrom('audit_entries')
    .select('seq')
    .where('seq', '<', before)
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}

/** An entry as the API shows it. */
interface ShownEntry {
  readonly seq: number
  readonly at: number
  readonly actor: string
  readonly action: string
  readonly object: { readonly kind: string; readonly id: string }
  readonly outcome: string
  readonly detail: unknown
  /** 64 hexadecimal digits. */
  readonly hash: string
}

type Row = Awaited<ReturnType<ReturnType<typeof fitting>['execute']>>[number]

function shown({
  seq,
  at,
  actor,
  action,
  outcome,
  object_kind,
  object_id,
  detail,
  hash,
}: Row): ShownEntry {
  return {
    seq,
    at,
    actor,
    action,
    object: { kind: object_kind, id: object_id },
    outcome,
    detail: parsed(detail),
    hash: hex(hash),
  }
}

/** What somebody altered is shown as nothing: `verifyAudit` says what is wrong with it. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return {}
  }
}

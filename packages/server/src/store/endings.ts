import type { ErrorCode } from '@hufu/protocol/wire'
import type { UnixMs } from '../clock.ts'
import { prepared } from './prepared.ts'
import type { Db } from './schema.ts'

/** A sign-in that somebody other than its own terminal has ended. */
export interface Ending {
  readonly terminal: Uint8Array
  readonly user: string
  readonly code: ErrorCode
  /** An operator's own words, or nothing. */
  readonly reason: string
}

/** Keeps an ending until its terminal has been told: the latest only. */
export async function noteEnding(db: Db, ending: Ending, at: UnixMs): Promise<void> {
  const { terminal, user, code, reason } = ending
  await db
    .insertInto('endings')
    .values({ terminal, user, code, reason, at })
    .onConflict((conflict) => conflict.column('terminal').doUpdateSet({ user, code, reason, at }))
    .execute()
}

/** The ending that this terminal has not been told of. */
export async function endingAt(db: Db, terminal: Uint8Array): Promise<Ending | undefined> {
  const row = (await selectAt(db, { terminal })).rows[0]
  return row && { ...row, code: row.code as ErrorCode }
}

/** The terminal has been told, or has a user again. */
export async function forgetEnding(db: Db, terminal: Uint8Array): Promise<void> {
  await deleteAt(db, { terminal })
}

/** Forgets what terminals that never came back were to be told. */
export async function sweepEndings(db: Db, before: number): Promise<void> {
  await db.deleteFrom('endings').where('at', '<=', before).execute()
}

const selectAt = prepared((db, { terminal }: { readonly terminal: Uint8Array }) =>
  db
    .selectFrom('endings')
    .select(['terminal', 'user', 'code', 'reason'])
    .where('terminal', '=', terminal),
)

const deleteAt = prepared((db, { terminal }: { readonly terminal: Uint8Array }) =>
  db.deleteFrom('endings').where('terminal', '=', terminal),
)

import { equal, type SigningKey } from '@hufu/protocol/crypto'
import { HufuError, after } from '@hufu/protocol/wire'
import type { Logger } from 'pino'
import type { Clock } from '../clock.ts'
import type { Config } from '../config.ts'
import { keepMeta } from '../store/meta.ts'
import type { Db } from '../store/schema.ts'
import type { Store } from '../store/store.ts'
import type { AuditEntry } from './entry.ts'
import { AUDIT_KEY, markText, type Mark } from './mark.ts'
import { addMark, markAt, marksAfter, type Signer } from './marks.ts'
import { lastMarkIn, marksFileIn, openMarksFile } from './marks-file.ts'
import { recordEntry } from './record.ts'
import { deleteDropped, dropOld } from './retention.ts'

/** The record of every touch of a key, and of what an operator does. */
export interface Audit {
  /**
   * Appends `entry`, within the transaction that `db` is (`Store.write`): it stands if and only if what it tells of does.
   * The result is its number.
   *
   * @throws {HufuError} `ERR_CALL_ORDER` if something in it is not what its action lists; `ERR_AUDIT_BROKEN` if the
   * record has lost its head.
   */
  record(db: Db, entry: AuditEntry): Promise<number>
  /** Signs a mark over all that is recorded, unless one stands there already. Resolves when it is in table and file. */
  mark(): Promise<void>
  /** Drops what is older than the configured days, up to a mark. */
  sweep(): Promise<void>
  /** The last mark. Nothing may be recorded any more. */
  close(): Promise<void>
}

export interface AuditOptions {
  readonly store: Store
  readonly clock: Clock
  readonly logger: Logger
  readonly config: Pick<Config, 'data' | 'auditMarkEntries' | 'auditMarkMs' | 'auditDays'>
  /** Ed25519. The same for as long as the data folder lives; wiped at the end. */
  readonly key: SigningKey
  /** What became of a mark that was due and could not be made. */
  failed(error: unknown): void
}

/** Entries that are deleted in one transaction. Our choice: some tens of milliseconds. */
const DELETED_AT_ONCE = 5_000
/** Marks that are written to the file at a time, where it lags behind. */
const MARKS_AT_ONCE = 1_000

/**
 * Starts to record: from here on marks are signed by number and by time.
 *
 * @throws {HufuError} `ERR_AUDIT_KEY` (the record began with another key), `ERR_DATA_FOLDER` (the file of marks).
 */
export async function startAudit(options: AuditOptions): Promise<Audit> {
  const { store, clock, logger, config, key, failed } = options
  const signer: Signer = { serverId: store.serverId, key }
  await requireSameKey(store, key)
  const path = marksFileIn(config.data)
  const file = await openMarksFile(path)
  const publish = async (marks: readonly Mark[]): Promise<void> => {
    await file.append(marks)
    for (const mark of marks) logger.info({ mark: markText(mark) }, 'audit mark')
  }
  // marks are made at once, and published one after the other, so that the file has them in order
  let last = Promise.resolve()
  const publishing = async (made: Promise<Mark | undefined>, before: Promise<void>) => {
    const [mark] = await Promise.all([made, before])
    if (mark !== undefined) await publish([mark])
  }
  const inTurn = (make: (db: Db) => Promise<Mark | undefined>): Promise<void> => {
    const turn = publishing(store.write('durable', make), last)
    last = turn.catch(() => undefined)
    return turn
  }
  // only when to look: what is recorded is what the table says, and a transaction may run twice or not at all
  let unmarked = 0
  const mark = async (): Promise<void> => {
    const covered = unmarked
    unmarked = 0
    try {
      await inTurn((db) => addMark(db, signer, clock.wall()))
    } catch (error) {
      unmarked += covered
      throw error
    }
  }
  try {
    await catchUp(store, logger, path, publish)
    // over what a process that was killed has left
    await mark()
  } catch (error) {
    await file.close()
    throw error
  }
  let cancel: () => void
  const markLater = (): void => {
    cancel = clock.wake(after(clock.now(), config.auditMarkMs), () => {
      if (unmarked > 0) mark().catch(failed)
      markLater()
    })
  }
  markLater()
  return {
    record(db, entry) {
      unmarked += 1
      if (unmarked >= config.auditMarkEntries) mark().catch(failed)
      return recordEntry(db, entry, clock.wall())
    },
    mark,
    async sweep() {
      const { auditDays: days } = config
      if (days > 0) await inTurn((db) => dropOld(db, signer, { days, now: clock.wall() }))
      while (await store.write('soon', (db) => deleteDropped(db, DELETED_AT_ONCE)));
    },
    async close() {
      cancel()
      await mark().catch(failed)
      await file.close()
      key.wipe()
    },
  }
}

/** A record whose key could change would prove nothing: whoever alters it would sign it anew. */
async function requireSameKey(store: Store, key: SigningKey): Promise<void> {
  const first = await store.write('durable', (db) => keepMeta(db, AUDIT_KEY, () => key.publicKey))
  if (!equal(first, key.publicKey))
    throw new HufuError(
      'ERR_AUDIT_KEY',
      'it began with a key of which this is not the other half; restore that key from its backup',
    )
}

/**
 * Writes to the file what a process that was killed had only in the table. If the file knows more than the table, the
 * table has lost something, and somebody must look.
 */
async function catchUp(
  store: Store,
  logger: Logger,
  path: string,
  publish: (marks: readonly Mark[]) => Promise<void>,
): Promise<void> {
  const known = await lastMarkIn(path)
  const twin = await store.read(async (db) => known && markAt(db, known.seq))
  if (known !== undefined && (twin === undefined || !equal(twin.hash, known.hash)))
    logger.error(
      { seq: known.seq },
      'the audit record is not the one that its last mark on file was made of: run `hufu audit verify`',
    )
  let behind = known?.seq ?? 0
  for (;;) {
    const after = behind
    const marks = await store.read((db) => marksAfter(db, after, MARKS_AT_ONCE))
    if (marks.length === 0) return
    await publish(marks)
    behind = marks.at(-1)!.seq
  }
}

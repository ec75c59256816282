import { hex } from '@hufu/protocol/crypto'
import { HufuError } from '@hufu/protocol/wire'
import { beginningOf, openSource, type Found } from './source.ts'

/** An entry as others are given it. With `detail` as JSON again it is all that its hash is over. */
export interface ExportedEntry {
  readonly seq: number
  /** ISO 8601, to the millisecond. */
  readonly time: string
  readonly actor: string
  readonly action: string
  readonly object: { readonly kind: string; readonly id: string }
  readonly outcome: string
  readonly detail: unknown
  /** 64 hexadecimal digits. */
  readonly hash: string
}

/** Which entries: both ends of both are included. */
export interface ExportRange {
  readonly from?: number
  readonly to?: number
  /** Milliseconds since 1970. */
  readonly since?: number
  readonly until?: number
}

/**
 * The entries of the record in a data folder, some at a time and in order, as they stand: whether they are good is for
 * `verifyAudit` to say.
 *
 * @throws {HufuError} `ERR_DATA_FOLDER` if there is no record; `ERR_AUDIT_BROKEN` at an entry that cannot be read.
 */
export function* exportAudit(
  folder: string,
  range: ExportRange = {},
): Generator<readonly ExportedEntry[], void, void> {
  const { from = 1, to = Infinity, since = -Infinity, until = Infinity } = range
  const source = openSource(folder)
  try {
    let seq = Math.max(beginningOf(source).seq, from - 1)
    for (let page = source.page(seq); page.length > 0; page = source.page(seq)) {
      const entries: ExportedEntry[] = []
      for (const found of page) {
        seq = found.seq
        if (seq > to) break
        const { at, entry } = exported(found)
        if (at >= since && at <= until) entries.push(entry)
      }
      yield entries
      if (seq > to) return
    }
  } finally {
    source.close()
  }
}

function exported({ seq, entry }: Found): { readonly at: number; readonly entry: ExportedEntry } {
  const time = entry === undefined ? new Date(Number.NaN) : new Date(entry.at)
  const detail = entry === undefined ? undefined : parsed(entry.detail)
  if (entry === undefined || detail === undefined || Number.isNaN(time.getTime()))
    throw new HufuError(
      'ERR_AUDIT_BROKEN',
      `entry ${seq} cannot be read; --from ${seq + 1} has the rest`,
    )
  const { at, actor, action, objectKind, objectId, outcome, hash } = entry
  return {
    at,
    entry: {
      seq,
      time: time.toISOString(),
      actor,
      action,
      object: { kind: objectKind, id: objectId },
      outcome,
      detail,
      hash: hex(hash),
    },
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

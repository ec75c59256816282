import { setImmediate as turn } from 'node:timers/promises'
import { HufuError } from '@hufu/protocol/wire'
import type { Action, DetailOf } from './actions.ts'
import { entryHash } from './chain.ts'
import type { Fault, Witness } from './fault.ts'
import { isSigned, type Mark } from './mark.ts'
import { marksFileIn, marksFileOctets, marksIn } from './marks-file.ts'
import { beginningOf, openSource, type Beginning, type Found, type Source } from './source.ts'

/** What somebody has kept elsewhere, to hold the record against. */
export interface Kept {
  /** A mark, from the log or from a file of marks. */
  readonly mark?: Mark
  /** Another file of marks beside the data folder's own. */
  readonly marks?: string
  /** The server's public key, 32 octets. If not given that of `mark`, else the one that the table names. */
  readonly publicKey?: Uint8Array
}

/** What a check of the record found. */
export interface Verdict {
  /** Entries that were checked, and the numbers of the first and the last; 0 where there are none. */
  readonly entries: number
  readonly first: number
  readonly last: number
  /** Marks that were checked, wherever they stand. */
  readonly marks: number
  /** The last entry that a good mark covers: from there on only the chain speaks for the record. */
  readonly marked: number
  /** Where the record says that a backup was restored. */
  readonly restores: readonly RestoreEntry[]
  /** The key that signed: 32 octets, undefined if nothing was ever marked. */
  readonly publicKey: Uint8Array | undefined
  /** The first thing that is wrong; undefined if nothing is. */
  readonly fault: Fault | undefined
}

/** An entry that says that the data, this record among them, were restored from a backup. */
export interface RestoreEntry {
  readonly seq: number
  /** The last entry of the record that it took the place of; from `seq` to there its entries are gone from here. */
  readonly former: number
}

/**
 * Checks the audit record in a data folder, whether or not a server runs there, in memory that does not grow with it.
 *
 * @throws {HufuError} `ERR_DATA_FOLDER` if there is no record, or it cannot be read; `ERR_FILE_READ` for `kept.marks`.
 */
export async function verifyAudit(folder: string, kept: Kept = {}): Promise<Verdict> {
  // their sizes first: a mark is in the table before it is in a file
  const files = [await fileOf(marksFileIn(folder))]
  if (kept.marks !== undefined) files.push(await givenFile(kept.marks))
  const source = openSource(folder)
  try {
    const check = await checkOf(source, kept)
    const { chain } = check
    for (const { seq, mark } of source.marks()) weigh(check, 'table', seq, mark)
    for (const { path, octets } of files) {
      check.good = check.begun.seq
      for await (const { mark } of marksIn(path, octets)) {
        weigh(check, 'file', mark?.seq ?? check.good, mark)
        if (mark !== undefined && mark.seq > check.begun.seq && !source.hasMark(mark.seq))
          blame(check, { is: 'missing-mark', seq: mark.seq })
      }
    }
    check.good = check.begun.seq
    if (kept.mark !== undefined) weigh(check, 'given', kept.mark.seq, kept.mark)
    const { marks, marked, restores, publicKey, fault } = check
    return { ...chain, marks, marked, restores, publicKey, fault }
  } finally {
    source.close()
  }
}

interface MarksFile {
  readonly path: string
  readonly octets: number
}

async function fileOf(path: string): Promise<MarksFile> {
  return { path, octets: await marksFileOctets(path) }
}

async function givenFile(path: string): Promise<MarksFile> {
  const file = await fileOf(path)
  for await (const { mark } of marksIn(path, file.octets)) if (mark !== undefined) return file
  // another file, given by mistake: nothing is said of the record
  throw new HufuError('ERR_FILE_READ', `${path}: no marks are in it`)
}

/** A check under way. */
interface Check {
  readonly source: Source
  readonly publicKey: Uint8Array | undefined
  /** What the first entry follows. */
  readonly begun: Beginning
  readonly chain: Pick<Verdict, 'entries' | 'first' | 'last'>
  readonly restores: readonly RestoreEntry[]
  /** Where the chain breaks. */
  readonly broken: number
  marks: number
  marked: number
  /** The last good mark from where the present one comes. */
  good: number
  fault: Fault | undefined
}

async function checkOf(source: Source, kept: Kept): Promise<Check> {
  const publicKey = kept.publicKey ?? kept.mark?.publicKey ?? source.publicKey
  const begun = beginningOf(source)
  const { fault, restores, ...chain } = await walk(source, begun)
  const { seq } = begun
  const check: Check = {
    source,
    publicKey,
    begun,
    chain,
    restores,
    broken: fault?.seq ?? Infinity,
    marks: 0,
    marked: seq,
    good: seq,
    fault: undefined,
  }
  const other = publicKey !== undefined && !same(source.publicKey, publicKey)
  if (other) blame(check, { is: 'key', seq: 0 })
  blame(check, fault)
  blame(check, headFault(source, chain.last, hashAt(source, begun, chain.last)))
  return check
}

/** Follows the chain to its end, or to the first entry that does not fit. */
async function walk(
  source: Source,
  begun: Beginning,
): Promise<Check['chain'] & Pick<Check, 'fault' | 'restores'>> {
  const restores: RestoreEntry[] = []
  let { seq, hash } = begun
  const first = seq + 1
  const result = (fault?: Fault) => {
    const entries = seq - begun.seq
    const last = fault === undefined ? seq : Math.max(begun.seq, source.lastSeq())
    return { entries, first: entries === 0 ? 0 : first, last, fault, restores }
  }
  for (let page = source.page(seq); page.length > 0; page = source.page(seq)) {
    for (const found of page) {
      const place = seq + 1
      const { entry } = found
      if (found.seq !== place || entry === undefined || !same(entryHash(hash, entry), entry.hash))
        return result(moved(source, place, hash) ?? misfit(found, place))
      seq = place
      hash = entry.hash
      if (entry.action === RESTORE) restores.push({ seq, former: formerIn(entry.detail) })
    }
    await turn()
  }
  return result()
}

/** What is wrong at `place`, where `found` stands, or behind which it stands. */
function misfit(found: Found, place: number): Fault {
  if (found.seq > place) return { is: 'missing', seq: place, through: found.seq - 1 }
  return found.seq < place ? { is: 'added', seq: found.seq } : { is: 'changed', seq: place }
}

/** The entry that belongs behind `previous`, if it stands elsewhere, or its content does. */
function moved(source: Source, place: number, previous: Uint8Array): Fault | undefined {
  const stored = source.hashAt(place)
  for (let page = source.page(0); page.length > 0; page = source.page(page.at(-1)!.seq)) {
    for (const { seq, entry } of page) {
      if (seq === place || entry === undefined) continue
      const hash = entryHash(previous, { ...entry, seq: place })
      if (same(hash, entry.hash) || same(hash, stored))
        return { is: 'reordered', seq: place, now: seq }
    }
    // numbers that none can have would be found again and again
    if (page.at(-1)!.seq === Number.MAX_SAFE_INTEGER) return undefined
  }
  return undefined
}

function headFault(
  { head }: Source,
  last: number,
  hash: Uint8Array | undefined,
): Fault | undefined {
  if (head === undefined) return { is: 'head', seq: last }
  if (head.seq > last) return { is: 'truncated', seq: last + 1, through: head.seq, by: 'head' }
  if (head.seq < last) return { is: 'added', seq: head.seq + 1 }
  return same(hash, head.hash) ? undefined : { is: 'head', seq: last }
}

/** Holds the record against one mark. */
function weigh(check: Check, by: Witness, seq: number, mark: Mark | undefined): void {
  const { source, publicKey, begun, chain } = check
  check.marks += 1
  if (mark === undefined || !same(mark.publicKey, publicKey) || !isSigned(source.serverId, mark))
    return blame(check, { is: 'forged-mark', seq, by })
  // of what was dropped nothing is left that could be held against it
  if (seq < begun.seq) return
  const restore = check.restores.find((each) => each.seq <= seq && seq <= each.former)
  if (seq > chain.last)
    return blame(
      check,
      restore === undefined
        ? { is: 'truncated', seq: chain.last + 1, through: seq, by }
        : { is: 'replaced', seq: restore.seq, through: seq, by },
    )
  // behind a break nothing new can be said
  if (seq >= check.broken) return
  if (same(hashAt(source, begun, seq), mark.hash)) {
    check.good = seq
    check.marked = Math.max(check.marked, seq)
  } else if (restore !== undefined)
    blame(check, { is: 'replaced', seq: restore.seq, through: seq, by })
  else blame(check, { is: 'rewritten', seq: Math.min(check.good + 1, seq), through: seq, by })
}

const RESTORE: Action = 'backup.restore'

/** What an entry for {@link RESTORE} says of the record before it; 0 if it says nothing. */
function formerIn(detail: string): number {
  try {
    const { former } = JSON.parse(detail) as Partial<DetailOf<typeof RESTORE>>
    return former ?? 0
  } catch {
    return 0
  }
}

function hashAt(source: Source, begun: Beginning, seq: number): Uint8Array | undefined {
  return seq === begun.seq ? begun.hash : source.hashAt(seq)
}

/** Keeps what is wrong with the earliest entry. */
function blame(check: Check, fault: Fault | undefined): void {
  if (fault !== undefined && (check.fault === undefined || fault.seq < check.fault.seq))
    check.fault = fault
}

function same(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  return a !== undefined && b !== undefined && Buffer.compare(a, b) === 0
}

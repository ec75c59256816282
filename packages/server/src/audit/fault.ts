/** The first thing that is wrong with a record. Numbers are those of entries. */
export type Fault =
  /** It is not what was recorded, or what stands before it is not. */
  | { readonly is: 'changed'; readonly seq: number }
  /** These are gone. */
  | { readonly is: 'missing'; readonly seq: number; readonly through: number }
  /** It, or what it says, stands as number `now`. */
  | { readonly is: 'reordered'; readonly seq: number; readonly now: number }
  /** From here on there were never any. */
  | { readonly is: 'added'; readonly seq: number }
  /** These were there once, as what is named in `by` shows, and the record ends before them. */
  | {
      readonly is: 'truncated'
      readonly seq: number
      readonly through: number
      readonly by: Witness
    }
  /** One of these was changed, with all hashes after it: the mark at `through` is of another record. */
  | {
      readonly is: 'rewritten'
      readonly seq: number
      readonly through: number
      readonly by: Witness
    }
  /** These were another record's: entry `seq` says that a backup was restored in their place. */
  | {
      readonly is: 'replaced'
      readonly seq: number
      readonly through: number
      readonly by: Witness
    }
  /** The mark at `seq` is not one that this server signed. */
  | { readonly is: 'forged-mark'; readonly seq: number; readonly by: Witness }
  /** The mark at `seq` is in the file, and not in the table. */
  | { readonly is: 'missing-mark'; readonly seq: number }
  /** What the table says the record ends with is not what it ends with. */
  | { readonly is: 'head'; readonly seq: number }
  /** The key that the table names is not the one that was asked for. */
  | { readonly is: 'key'; readonly seq: number }

/** What shows that something is wrong: the row of the head, a mark of the table, of the file, or one that was given. */
export type Witness = 'head' | 'table' | 'file' | 'given'

/** A fault in one sentence, without a period at its end. */
export function faultText(fault: Fault): string {
  const { seq } = fault
  switch (fault.is) {
    case 'changed':
      return `entry ${seq} was changed: it does not fit its hash and the entry before it`
    case 'missing':
      return `${entries(seq, fault.through)} missing`
    case 'reordered':
      return `entry ${seq} was moved: what it said now stands as number ${fault.now}`
    case 'added':
      return `entry ${seq} was added behind the end of the record`
    case 'truncated':
      return `the record was cut off: ${entries(seq, fault.through)} missing, as ${WITNESSES[fault.by]} shows`
    case 'rewritten':
      return `the record was rewritten somewhere from entry ${seq} to ${fault.through}, as ${WITNESSES[fault.by]} shows`
    case 'replaced':
      return `${entries(seq, fault.through)} not those that were recorded first: a backup was restored, as entry ${seq} says and ${WITNESSES[fault.by]} shows`
    case 'forged-mark':
      return `the mark at entry ${seq} (${WITNESSES[fault.by]}) has no good signature of this server’s key`
    case 'missing-mark':
      return `the mark at entry ${seq} is missing in the database, and the file of marks has it`
    case 'head':
      return `the row that holds the record’s head is gone or does not fit entry ${seq}`
    case 'key':
      return 'the record’s key is not the one that was given'
  }
}

const WITNESSES: Readonly<Record<Witness, string>> = {
  head: 'the row of its head',
  table: 'a mark in the database',
  file: 'a mark in the file',
  given: 'the mark that was given',
}

function entries(seq: number, through: number): string {
  return seq === through ? `entry ${seq} is` : `entries ${seq} to ${through} are`
}

/** One file or folder inside a transfer. A transfer of a single file has one entry, whose path is empty. */
export interface FileEntry {
  /** Relative, `/` between names. */
  readonly path: string
  readonly folder: boolean
  readonly octets: number
  /** Milliseconds since 1970-01-01T00:00Z. */
  readonly modified: number
  readonly executable: boolean
}

/** Something to send. Each platform brings its own. */
export interface FileSource {
  readonly name: string
  readonly kind: 'file' | 'folder'
  entries(): Promise<readonly FileEntry[]>
  /** At most `octets` at `position` of an entry; fewer only at the end. The array is the reader's until it is given back. */
  read(entry: number, position: number, octets: number): Promise<Uint8Array>
  /** Gives back what {@link FileSource.read} gave: nobody looks at it any more, and it may be read into again. */
  giveBack?(octets: Uint8Array): void
  close(): Promise<void>
}

/**
 * Where something received goes. Entries are numbered as they were given to {@link FileSink.open}. Whatever cannot be
 * stored is a HufuError `ERR_FILE_WRITE`; anything else that a method throws is a fault in it, `ERR_INTERNAL`.
 */
export interface FileSink {
  /** Before anything else: what will come. */
  open(entries: readonly FileEntry[]): Promise<void>
  /** Octets of the entry that are there from an earlier try. */
  have(entry: number): Promise<number>
  /** Reads back at most `octets` of what is there. */
  readBack(entry: number, position: number, octets: number): Promise<Uint8Array>
  /** Forgets what is there from `position` on. */
  truncate(entry: number, position: number): Promise<void>
  /** Stores the pieces one behind the other from `position` on. They are the sink's own, with the memory that they are in. */
  write(entry: number, position: number, pieces: readonly Uint8Array[]): Promise<void>
  /** The entry is whole: durable. */
  finish(entry: number): Promise<void>
  /** Everything is whole: under its final name, which is returned. */
  complete(): Promise<string>
  /** Stops, and keeps what a later try can go on from. */
  suspend(): Promise<void>
  /** Stops, and removes what was made. */
  discard(): Promise<void>
}

/** What the other would send. */
export interface FileOffer {
  readonly name: string
  readonly kind: 'file' | 'folder'
  /** In all. */
  readonly octets: number
  readonly entries: number
}

export interface Progress {
  /** Octets that are there, those of an earlier try counted. */
  readonly octets: number
  /** Octets in all. */
  readonly of: number
  /** Octets that an earlier try had brought already. */
  readonly resumed: number
}

/**
 * True if `path` is relative and stays below where it begins: names without separators, dots alone, controls or what
 * other systems read as a device or a drive.
 */
export function isSafePath(path: string): boolean {
  return path.split('/').every(isSafeName)
}

/** True if `name` can stand for one file in a folder, on any system. */
export function isSafeName(name: string): boolean {
  if (name === '' || name === '.' || name === '..' || name.length > 255) return false
  if (/[\u0000-\u001f\u007f/\\:]/.test(name)) return false
  return !/^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i.test(name)
}

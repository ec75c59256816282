import type { FileEntry, FileSink, FileSource } from '@hufu/terminal'

/** Files that live in memory, to be sent: a single one under the path `''`, or a folder's. */
export function memorySource(
  name: string,
  files: Readonly<Record<string, Uint8Array>>,
): FileSource {
  const paths = Object.keys(files)
  const single = paths.length === 1 && paths[0] === ''
  const entries = paths.map((path) => ({
    path,
    folder: false,
    octets: files[path]!.length,
    modified: 0,
    executable: false,
  }))
  return {
    name,
    kind: single ? 'file' : 'folder',
    entries: () => Promise.resolve(entries),
    read: (entry, position, octets) =>
      Promise.resolve(files[paths[entry]!]!.slice(position, position + octets)),
    close: () => Promise.resolve(),
  }
}

/** A place in memory for what is received. */
export function memorySink(): FileSink & { octets(path: string): Buffer } {
  let entries: readonly FileEntry[] = []
  let buffers: Buffer[] = []
  return {
    octets: (path) => buffers[entries.findIndex((entry) => entry.path === path)]!,
    async open(listed) {
      entries = listed
      buffers = listed.map((entry) => Buffer.alloc(entry.octets))
    },
    have: () => Promise.resolve(0),
    readBack: () => Promise.resolve(new Uint8Array(0)),
    truncate: () => Promise.resolve(),
    async write(entry, position, pieces) {
      buffers[entry]!.set(Buffer.concat(pieces), position)
    },
    finish: () => Promise.resolve(),
    complete: () => Promise.resolve('stored'),
    suspend: () => Promise.resolve(),
    discard: () => Promise.resolve(),
  }
}

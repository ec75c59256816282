import type { FileEntry, FileSink, FileSource } from './files.ts'

/** A file or folder that lives in memory. */
export function memorySource(name: string, files: Record<string, Uint8Array>): FileSource {
  const paths = Object.keys(files)
  const single = paths.length === 1 && paths[0] === ''
  return {
    name,
    kind: single ? 'file' : 'folder',
    entries: () =>
      Promise.resolve(
        paths.map((path) => ({
          path,
          folder: false,
          octets: files[path]!.length,
          modified: 0,
          executable: false,
        })),
      ),
    read: (entry, position, octets) =>
      Promise.resolve(files[paths[entry]!]!.slice(position, position + octets)),
    close: () => Promise.resolve(),
  }
}

export interface MemorySink extends FileSink {
  readonly files: Map<string, number[]>
  readonly finished: string[]
  state: 'open' | 'complete' | 'suspended' | 'discarded'
}

/** A place for what is received; `before` is there from an earlier try. */
export function memorySink(before: Record<string, Uint8Array> = {}): MemorySink {
  let entries: readonly FileEntry[] = []
  const files = new Map(Object.entries(before).map(([path, octets]) => [path, [...octets]]))
  const at = (entry: number): number[] => {
    const { path } = entries[entry]!
    if (!files.has(path)) files.set(path, [])
    return files.get(path)!
  }
  const sink: MemorySink = {
    files,
    finished: [],
    state: 'open',
    open(listed) {
      entries = listed
      return Promise.resolve()
    },
    have: (entry) => Promise.resolve(at(entry).length),
    readBack: (entry, position, octets) =>
      Promise.resolve(Uint8Array.from(at(entry).slice(position, position + octets))),
    truncate: (entry, position) => Promise.resolve(void at(entry).splice(position)),
    write(entry, position, pieces) {
      const data = pieces.flatMap((piece) => [...piece])
      at(entry).splice(position, data.length, ...data)
      return Promise.resolve()
    },
    finish: (entry) => Promise.resolve(void sink.finished.push(entries[entry]!.path)),
    complete() {
      sink.state = 'complete'
      return Promise.resolve('stored')
    },
    suspend: () => Promise.resolve(void (sink.state = 'suspended')),
    discard: () => Promise.resolve(void (sink.state = 'discarded')),
  }
  return sink
}

import { crc32 } from './crc32.ts'

/*
 * A worker that writes into the browser's own file system (OPFS): only workers have handles that write in place, so that
 * what has come is there even if the page is closed the next moment.
 */

/** What the page asks; every file has its part (a folder under `received`) and a name in there. */
export type DiskAct =
  | { readonly do: 'size' }
  | { readonly do: 'read'; readonly at: number; readonly octets: number }
  | { readonly do: 'truncate'; readonly to: number }
  /** The octets come back, for their memory. */
  | { readonly do: 'write'; readonly at: number; readonly data: Uint8Array }
  /** To the disk, and closed. */
  | { readonly do: 'finish' }
  | { readonly do: 'crc32' }

export interface DiskRequest {
  readonly id: number
  readonly part: string
  readonly file: string
  readonly act: DiskAct
}

/** What comes of it: a number, octets, nothing; or the name of the system's refusal. */
export type DiskReply =
  | { readonly id: number; readonly ok: true; readonly value: number | Uint8Array | undefined }
  | { readonly id: number; readonly ok: false; readonly reason: string }

/** Octets that are read at once for a checksum. Our choice. */
const STRETCH_OCTETS = 1_048_576

/** Of the worker's own declarations, which cannot be loaded beside a page's. */
interface Handle {
  read(into: Uint8Array, options: { readonly at: number }): number
  write(data: Uint8Array, options: { readonly at: number }): number
  truncate(to: number): void
  getSize(): number
  flush(): void
  close(): void
}
interface Writable {
  createSyncAccessHandle(): Promise<Handle>
}
interface WorkerScope {
  onmessage: ((event: MessageEvent<DiskRequest>) => void) | null
  postMessage(reply: DiskReply, transfer: Transferable[]): void
}

const scope = globalThis as unknown as WorkerScope
/** One file of each part is open at a time: a folder may have very many. */
const open = new Map<string, { readonly file: string; readonly handle: Handle }>()
let turn: Promise<void> = Promise.resolve()

scope.onmessage = ({ data }) => {
  turn = turn.then(() => serve(data))
}

async function serve(request: DiskRequest): Promise<void> {
  const { id } = request
  try {
    const value = await perform(request)
    scope.postMessage({ id, ok: true, value }, value instanceof Uint8Array ? [value.buffer] : [])
  } catch (error) {
    const reason = error instanceof Error ? error.name : 'Error'
    scope.postMessage({ id, ok: false, reason }, [])
  }
}

async function perform(request: DiskRequest): Promise<number | Uint8Array | undefined> {
  const { part, file, act } = request
  if (act.do === 'finish') return close(part)
  if (act.do === 'size' && open.get(part)?.file !== file) return sizeOf(part, file)
  const handle = await handleOf(part, file)
  switch (act.do) {
    case 'size':
      return handle.getSize()
    case 'read': {
      const data = new Uint8Array(act.octets)
      return data.slice(0, handle.read(data, { at: act.at }))
    }
    case 'truncate':
      handle.truncate(act.to)
      return undefined
    case 'write':
      return write(handle, act.at, act.data)
    case 'crc32':
      return checksum(handle)
  }
}

function write(handle: Handle, at: number, data: Uint8Array): Uint8Array {
  for (let done = 0; done < data.length;)
    done += handle.write(data.subarray(done), { at: at + done })
  return data
}

async function handleOf(part: string, file: string): Promise<Handle> {
  const current = open.get(part)
  if (current?.file === file) return current.handle
  close(part)
  const found = await (await folderOf(part)).getFileHandle(file, { create: true })
  const handle = await (found as unknown as Writable).createSyncAccessHandle()
  open.set(part, { file, handle })
  return handle
}

function close(part: string): undefined {
  const current = open.get(part)
  open.delete(part)
  current?.handle.flush()
  current?.handle.close()
}

async function sizeOf(part: string, file: string): Promise<number> {
  try {
    const found = await (await folderOf(part)).getFileHandle(file)
    return (await found.getFile()).size
  } catch (error) {
    if (error instanceof Error && error.name === 'NotFoundError') return 0
    throw error
  }
}

async function folderOf(part: string): Promise<FileSystemDirectoryHandle> {
  const root = await navigator.storage.getDirectory()
  const received = await root.getDirectoryHandle('received', { create: true })
  return received.getDirectoryHandle(part, { create: true })
}

function checksum(handle: Handle): number {
  const data = new Uint8Array(STRETCH_OCTETS)
  let sum = 0
  for (let at = 0; ;) {
    const got = handle.read(data, { at })
    if (got === 0) return sum
    sum = crc32(data.subarray(0, got), sum)
    at += got
  }
}

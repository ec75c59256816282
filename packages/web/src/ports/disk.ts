import { HufuError } from '@hufu/terminal'
import type { DiskAct, DiskReply, DiskRequest } from '../worker/disk.ts'
import { inBlocks } from './blocks.ts'
// oxlint-disable-next-line import/default -- Vite's own form, declared in vite.d.ts
import workerUrl from '../worker/disk.ts?worker&url'
import { scriptUrl } from './trusted.ts'

/** One file in the browser's own file system, written in place by a worker. */
export interface DiskFile {
  size(): Promise<number>
  read(at: number, octets: number): Promise<Uint8Array>
  truncate(to: number): Promise<void>
  /** Writes the pieces one behind the other. They must not change until it is done. */
  write(at: number, pieces: readonly Uint8Array[]): Promise<void>
  /** To the disk, and closed. Of a part, one file is open at a time. */
  finish(): Promise<void>
  crc32(): Promise<number>
}

interface Waiting {
  resolve(value: DiskValue): void
  reject(error: HufuError): void
}
type DiskValue = Extract<DiskReply, { ok: true }>['value']

const waiting = new Map<number, Waiting>()
let worker: Worker | undefined
let asked = 0

/**
 * The file `file` of the part `part`, both plain names of ours; it is made when it is first written.
 *
 * Every method may throw {@link HufuError} `ERR_FILE_WRITE`.
 */
export function diskFile(part: string, file: string): DiskFile {
  const perform = (act: DiskAct, transfer: Transferable[] = []): Promise<DiskValue> =>
    ask({ id: (asked += 1), part, file, act }, transfer)
  return {
    size: async () => (await perform({ do: 'size' })) as number,
    read: async (at, octets) => (await perform({ do: 'read', at, octets })) as Uint8Array,
    async truncate(to) {
      await perform({ do: 'truncate', to })
    },
    write: inBlocks(
      async (at, data) =>
        (await perform({ do: 'write', at, data }, [data.buffer])) as Uint8Array<ArrayBuffer>,
    ),
    async finish() {
      await perform({ do: 'finish' })
    },
    crc32: async () => (await perform({ do: 'crc32' })) as number,
  }
}

/** `ERR_FILE_WRITE` in words, for what the browser's file system refused. */
export function writeFailure(cause: unknown): HufuError {
  if (cause instanceof HufuError) return cause
  const reason = cause instanceof Error ? cause.name : String(cause)
  return new HufuError('ERR_FILE_WRITE', REASONS[reason] ?? reason, { cause })
}

const REASONS: Readonly<Record<string, string>> = {
  QuotaExceededError: 'the browser has no room left for this page',
  NoModificationAllowedError: 'another tab is writing the same file',
  NotAllowedError: 'the browser does not let the page write here',
  NotFoundError: 'the place where it was to go is gone',
  InvalidStateError: 'the file was changed by somebody else',
}

function ask(request: DiskRequest, transfer: Transferable[]): Promise<DiskValue> {
  return new Promise((resolve, reject) => {
    waiting.set(request.id, { resolve, reject })
    running().postMessage(request, transfer)
  })
}

function running(): Worker {
  if (worker !== undefined) return worker
  worker = new Worker(scriptUrl(workerUrl), { type: 'module', name: 'disk' })
  worker.onmessage = ({ data }: MessageEvent<DiskReply>) => {
    const asker = waiting.get(data.id)
    waiting.delete(data.id)
    if (data.ok) asker?.resolve(data.value)
    else asker?.reject(writeFailure(Object.assign(new Error(data.reason), { name: data.reason })))
  }
  worker.onerror = () => {
    worker = undefined
    for (const asker of waiting.values())
      asker.reject(new HufuError('ERR_FILE_WRITE', 'the worker that writes files has stopped'))
    waiting.clear()
  }
  return worker
}

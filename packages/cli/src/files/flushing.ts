import type { FileHandle } from 'node:fs/promises'

/** Brings a file to the disk while it is being written. */
export interface Flushing {
  /** So many octets more were written. Waits while two stretches of them are not on the disk. */
  wrote(octets: number): Promise<void>
  /** Resolves when nothing is on its way to the disk. Either method throws what the system said of an earlier stretch. */
  settled(): Promise<void>
}

/** Octets of a stretch. Our choice: a tenth of a second of a fast disk. */
const STRETCH_OCTETS = 67_108_864

/**
 * Whoever waits for the disk at the end only, waits for all of it, and fills the memory of a machine with a slow one
 * until then.
 */
export function flushing(file: Pick<FileHandle, 'datasync'>): Flushing {
  let since = 0
  let last: Promise<void> = Promise.resolve()
  return {
    async wrote(octets) {
      since += octets
      if (since < STRETCH_OCTETS) return
      since = 0
      await last
      last = file.datasync()
      last.catch(() => undefined) // told to whoever asks next
    },
    settled: () => last,
  }
}

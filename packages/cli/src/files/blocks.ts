/** Memory for reading files. */
export interface Blocks {
  /** An array of so many octets, which hold anything. */
  take(octets: number): Uint8Array
  /** What {@link Blocks.take} gave is free again: nobody looks at it any more. At most once for each. */
  giveBack(octets: Uint8Array): void
}

/** Octets of a block: what is read at a time of a large file. Our choice. */
const BLOCK_OCTETS = 1_048_576

/**
 * Blocks that are read into again and again, since fresh memory is dear: the system makes every page of it anew. There
 * are never more than are in use at a time. What is too small for a block is fresh.
 */
export function blocks(): Blocks {
  const free: Uint8Array[] = []
  return {
    take(octets) {
      if (octets > BLOCK_OCTETS || octets * 4 < BLOCK_OCTETS) return fresh(octets)
      return (free.pop() ?? fresh(BLOCK_OCTETS)).subarray(0, octets)
    },
    giveBack({ buffer }) {
      if (buffer.byteLength === BLOCK_OCTETS) free.push(new Uint8Array(buffer))
    },
  }
}

function fresh(octets: number): Uint8Array {
  return Buffer.allocUnsafeSlow(octets)
}

/** Octets of a block: a step of what is gathered, and the piece that filled it. Our choice. */
const BLOCK_OCTETS = 1_310_720
/** Octets from which on a block is worth its memory. Our choice. */
const WORTH_OCTETS = 65_536
/** Blocks that wait for more at most. Our choice: two are under way when one file comes. */
const SPARE_BLOCKS = 4

type Octets = Uint8Array<ArrayBuffer>

/**
 * Brings pieces to another thread in memory that comes back and is filled again: handed over for good, it would lie there,
 * and again at this end, until the collector came by, some 60 MB of it.
 *
 * @param write passes `data` on, with its memory, and resolves with that memory when it is written from `at` on.
 * @returns writes pieces one behind the other, from `at` on. They must not change until it is done.
 */
export function inBlocks(
  write: (at: number, data: Octets) => Promise<Octets>,
): (at: number, pieces: readonly Uint8Array[]) => Promise<void> {
  const spare: Octets[] = []

  const blockFor = (octets: number): Octets => {
    if (octets < WORTH_OCTETS) return new Uint8Array(octets)
    return spare.pop() ?? new Uint8Array(BLOCK_OCTETS)
  }

  return async (at, pieces) => {
    let left = pieces.reduce((sum, { length }) => sum + length, 0)
    let from = at
    let block = blockFor(left)
    let filled = 0
    for (const piece of pieces)
      for (let done = 0; done < piece.length;) {
        const some = piece.subarray(done, done + block.length - filled)
        block.set(some, filled)
        filled += some.length
        done += some.length
        left -= some.length
        if (filled < block.length && left > 0) continue
        const { buffer } = await write(from, block.subarray(0, filled))
        if (buffer.byteLength === BLOCK_OCTETS && spare.length < SPARE_BLOCKS)
          spare.push(new Uint8Array(buffer))
        from += filled
        filled = 0
        block = blockFor(left)
      }
  }
}

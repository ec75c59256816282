import type { FileHandle } from 'node:fs/promises'

/**
 * Writes all of `pieces`, one behind the other from `position` on, however little the system takes at a time. Returns how
 * many octets they were, throws what the system says.
 */
export async function writeAll(
  file: Pick<FileHandle, 'writev'>,
  position: number,
  pieces: readonly Uint8Array[],
): Promise<number> {
  let at = position
  for (let left = pieces; left.length > 0;) {
    const { bytesWritten } = await file.writev(left, at)
    at += bytesWritten
    left = behind(left, bytesWritten)
  }
  return at - position
}

/** What is left of `pieces` behind so many octets. */
function behind(pieces: readonly Uint8Array[], octets: number): readonly Uint8Array[] {
  let whole = 0
  let rest = octets
  while (whole < pieces.length && pieces[whole]!.length <= rest) {
    rest -= pieces[whole]!.length
    whole += 1
  }
  const cut = pieces[whole]
  return cut === undefined ? [] : [cut.subarray(rest), ...pieces.slice(whole + 1)]
}

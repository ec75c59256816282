import { usage } from './arguments.ts'

/** Octets of the longest line that is sent. Our choice; the session takes as many UTF-16 units. */
export const MAX_LINE_OCTETS = 262_144

/**
 * Cuts octets into lines of UTF-8 as they come. A last line needs no newline; a carriage return stays part of its line.
 * The next chunk is asked for only when the lines before have been taken.
 *
 * @throws {HufuError} `ERR_USAGE` for a line that is too long or no UTF-8; the lines before it have been yielded.
 */
export async function* lines(
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<string, void, void> {
  let held: Uint8Array[] = []
  let heldOctets = 0
  let number = 1

  const take = (end: Uint8Array): string => {
    const octets = held.length === 0 ? end : Buffer.concat([...held, end])
    held = []
    heldOctets = 0
    if (octets.length > MAX_LINE_OCTETS) throw tooLong(number)
    return decode(octets, number++)
  }
  for await (const chunk of chunks) {
    let from = 0
    for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, from)) {
      yield take(chunk.subarray(from, at))
      from = at + 1
    }
    if (from < chunk.length) held.push(chunk.subarray(from))
    heldOctets += chunk.length - from
    if (heldOctets > MAX_LINE_OCTETS) throw tooLong(number)
  }
  if (heldOctets > 0) yield take(new Uint8Array(0))
}

const NEWLINE = 10
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function decode(octets: Uint8Array, number: number): string {
  try {
    return decoder.decode(octets)
  } catch {
    throw usage(`line ${number} of stdin is not UTF-8 text; send it as a file, with --send`)
  }
}

function tooLong(number: number): Error {
  return usage(`line ${number} of stdin is longer than 256 KiB; send it as a file, with --send`)
}

import type { Random } from '../../crypto/index.ts'

/** Fewest digits of a slot: few enough to say, and room for nine open slots. */
const MIN_DIGITS = 4
/** Numbers per open slot: a number tried at random hits an open one at most once in so many. Our choice. */
const NUMBERS_PER_SLOT = 1_000

/** Digits that a new slot's number needs while `open` others are open. Numbers do not begin with zero. */
export function slotDigits(open: number): number {
  let digits = MIN_DIGITS
  while (9 * 10 ** (digits - 1) < (open + 1) * NUMBERS_PER_SLOT) digits += 1
  return digits
}

/** A random number of so many digits, as text. The caller draws again while it is taken or resting. */
export function drawSlot(digits: number, random: Random): string {
  const least = 10 ** (digits - 1)
  const octets = random(8)
  const view = new DataView(octets.buffer, octets.byteOffset)
  const wide = (view.getUint32(0) % 0x200000) * 0x100000000 + view.getUint32(4) // 53 bits: the bias is below 2^-30
  return String(least + (wide % (9 * least)))
}

/** True if `text` has the form of a slot. */
export function isSlot(text: string): boolean {
  return /^[1-9][0-9]{3,11}$/.test(text)
}

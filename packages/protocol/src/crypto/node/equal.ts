import { timingSafeEqual } from 'node:crypto'

/** Whether two arrays of one length hold the same octets, in a time that does not tell where they differ. */
export function equalOctets(a: Uint8Array, b: Uint8Array): boolean {
  return timingSafeEqual(a, b)
}

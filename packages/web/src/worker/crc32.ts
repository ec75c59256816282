/** Reflected polynomial of zip's checksum (ISO/IEC 13239, APPNOTE.TXT 4.4.7). */
const POLYNOMIAL = 0xedb88320

const TABLE: Uint32Array = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ POLYNOMIAL : value >>> 1
  return value
})

/** CRC-32 of `data`, going on from that of what came before; an unsigned 32-bit number. It guards against accidents only. */
export function crc32(data: Uint8Array, before = 0): number {
  let sum = ~before
  for (const octet of data) sum = TABLE[(sum ^ octet) & 0xff]! ^ (sum >>> 8)
  return ~sum >>> 0
}

/** Whether two arrays of one length hold the same octets, in a time that does not tell where they differ. */
export function equalOctets(a: Uint8Array, b: Uint8Array): boolean {
  let difference = 0
  for (let at = 0; at < a.length; at++) difference |= (a[at] ?? 0) ^ (b[at] ?? 0)
  return difference === 0
}

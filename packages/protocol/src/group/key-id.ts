/*
 * A frame's key id in a call: epoch × 2^16 + index of its sender. Our own layout: headers stay short, and no epoch is cut
 * down to its last bits. The first member's keys of the first epochs take three octets.
 */

/** The key id of a sender's frames in an epoch. */
export function keyIdFor(epoch: number, index: number): bigint {
  return BigInt(epoch) * 65_536n + BigInt(index)
}

/** What a key id says. The index is only believed if it is the one that the relay has stamped. */
export function readKeyId(keyId: bigint): { readonly epoch: number; readonly index: number } {
  return { epoch: Number(keyId >> 16n), index: Number(keyId & 0xffffn) }
}

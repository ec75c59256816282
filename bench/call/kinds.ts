/**
 * True if a frame of a call's signalling session is a message of this kind, by its first octets: whoever passes over a
 * million of them does not decode each. `tag` below 24: one octet, behind the one that begins an array.
 */
export function isOf({ tag }: { readonly tag: number }, frame: Uint8Array): boolean {
  return frame[1] === tag
}

/** Octets in a public key and in a seed (RFC 8032 §5.1.5). */
export const KEY_OCTETS = 32
/** Octets in a signature: R ‖ S (RFC 8032 §5.1.6). */
const SIGNATURE_OCTETS = 64

/**
 * What both backends ask before they verify, so that they agree on every input and no key exists under which
 * one signature is good for many messages:
 *
 * - the public key is a canonical encoding and not of small order (OpenSSL would take both);
 * - nor is R, which no honest signer makes. That R is canonical follows, since the backends compare octets.
 */
export function plausible(publicKey: Uint8Array, signature: Uint8Array): boolean {
  if (publicKey.length !== KEY_OCTETS || signature.length !== SIGNATURE_OCTETS) return false
  if (!canonical(publicKey) || smallOrder(publicKey)) return false
  return !smallOrder(signature.subarray(0, KEY_OCTETS))
}

/** y < 2^255 − 19. The octets are public: no care for time. */
function canonical(point: Uint8Array): boolean {
  const filled = point.subarray(1, 31).every((octet) => octet === 0xff)
  return !(filled && (last(point) & 0x7f) === 0x7f && (point[0] ?? 0) >= 0xed)
}

/** The y-coordinates of the eight points of small order, without the sign bit. */
const SMALL_ORDER: readonly string[] = [
  '00'.repeat(32),
  '01' + '00'.repeat(31),
  'ec' + 'ff'.repeat(30) + '7f',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
]

function smallOrder(point: Uint8Array): boolean {
  return SMALL_ORDER.some((y) => sameButForSign(point, y))
}

function sameButForSign(point: Uint8Array, y: string): boolean {
  for (let at = 0; at < KEY_OCTETS; at++) {
    const octet = at === KEY_OCTETS - 1 ? last(point) & 0x7f : point[at]
    if (octet !== Number.parseInt(y.slice(2 * at, 2 * at + 2), 16)) return false
  }
  return true
}

function last(point: Uint8Array): number {
  return point[KEY_OCTETS - 1] ?? 0
}

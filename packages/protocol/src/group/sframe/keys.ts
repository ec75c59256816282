import { concat, hkdfExpand, hkdfExtract, Secret, utf8 } from '../../crypto/index.ts'
import { SFRAME_SALT_OCTETS, type SframeSuite } from './suites.ts'

/** What a base key becomes for one key id. */
export interface SframeKeys {
  readonly key: Secret
  /** 12 octets. */
  readonly salt: Uint8Array
}

/**
 * The key and the salt for `keyId` (RFC 9605 §4.4.2). The key id is in both labels, so that senders who share a base key
 * never share a key.
 *
 * @param baseKey any number of octets; stays the caller's.
 */
export function sframeKeys(suite: SframeSuite, baseKey: Secret, keyId: bigint): SframeKeys {
  const secret = sframeSecret(suite, baseKey)
  const keys = keysFrom(suite, secret, keyId)
  secret.wipe()
  return keys
}

/** What the keys of all senders under `baseKey`, which stays the caller's, are expanded from: 32 or 64 octets. */
export function sframeSecret({ hash }: SframeSuite, baseKey: Secret): Secret {
  return new Secret(hkdfExtract(hash, new Uint8Array(0), baseKey))
}

/** One sender's, as {@link sframeKeys}. @param secret stays the caller's. */
export function keysFrom(suite: SframeSuite, secret: Secret, keyId: bigint): SframeKeys {
  const { hash, keyOctets, id } = suite
  const context = new Uint8Array(10)
  const view = new DataView(context.buffer)
  view.setBigUint64(0, keyId)
  view.setUint16(8, id)
  const key = hkdfExpand(hash, secret, concat(KEY_LABEL, context), keyOctets)
  const salt = hkdfExpand(hash, secret, concat(SALT_LABEL, context), SFRAME_SALT_OCTETS)
  return { key: new Secret(key), salt }
}

// The space at the end belongs to both.
const KEY_LABEL = /* @__PURE__ */ utf8('SFrame 1.0 Secret key ')
const SALT_LABEL = /* @__PURE__ */ utf8('SFrame 1.0 Secret salt ')

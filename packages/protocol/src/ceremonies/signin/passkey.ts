import {
  bulkKey,
  concat,
  equal,
  hkdf,
  sha256,
  utf8,
  type BulkKey,
  type Random,
} from '../../crypto/index.ts'
import { Secret } from '../../crypto/secret.ts'
import { readCertificate } from '../../identity/certificate.ts'
import { keyIdOf } from '../../identity/key-id.ts'
import type { PublicKeys, SecurityKey } from '../../identity/security-key.ts'
import {
  enrolled,
  SOFTWARE_SECRET_OCTETS,
  softwareKey,
  type SoftwareSecrets,
} from '../../identity/software-key.ts'
import { publicKeysOf, userNamedBy } from '../../identity/verify.ts'
import { encodeCbor } from '../../wire/cbor.ts'
import { done, failed, type Outcome } from '../../wire/errors.ts'
import type { MessageOf } from '../../wire/schema.ts'
import type { Sealed } from './messages.ts'

/*
 * A passkey user's keys are made by the page, sealed under what the passkey's `prf` extension gives (WebAuthn §10.1.4), and kept
 * by the server, to which they are useless. The associated data hold them to one key, one passkey, one host.
 */

/** What the `prf` extension is asked with, 32 octets. The same for all: the authenticator mixes in the passkey's own secret. */
export function passkeySalt(): Uint8Array {
  return sha256(utf8(LABEL))
}

/** Where a user's keys are sealed for. */
export interface PasskeyPlace {
  /** The credential's ID. */
  readonly credential: Uint8Array
  /** The host name at which the passkey was made (the RP ID). */
  readonly host: string
  /** The extension's answer, 32 octets. */
  readonly prf: Secret
}

/** Seals a user's keys: nonce (12) ‖ ciphertext (64) ‖ tag (16). */
export async function sealPasskey(
  secrets: SoftwareSecrets,
  publicKeys: PublicKeys,
  place: PasskeyPlace,
  random: Random,
): Promise<Uint8Array> {
  const nonce = random(NONCE_OCTETS)
  const head = associated(publicKeys, place)
  using plain = new Secret(concat(secrets.signing.expose(), secrets.agreement.expose()))
  const key = wrapKey(place.prf)
  const sealed = await key.seal({ nonce, head, parts: [plain.expose()], room: 0 })
  key.wipe()
  return concat(nonce, sealed.subarray(head.length))
}

/**
 * Opens what the server keeps for this passkey. The certificates are read and not verified: the server will, and to an end
 * that is met they are shown by the key itself.
 *
 * Codes: `ERR_PASSKEY_HOST` if it was made at another host; `ERR_CERT_MALFORMED`, `ERR_CERT_ALGORITHM`; `ERR_PASSKEY_BLOB` if it does
 * not open, or opens to keys that are not the certificates'; `ERR_CERT_USER` if these are not the user's.
 */
export async function openPasskey(
  { user, host, sealed, certificates }: Omit<MessageOf<typeof Sealed>, 'type' | 'ref' | 'issuers'>,
  place: PasskeyPlace,
): Promise<Outcome<SecurityKey>> {
  if (host !== place.host) return failed('ERR_PASSKEY_HOST')
  const signing = readCertificate(certificates.signing)
  if (!signing.ok) return signing
  const agreement = readCertificate(certificates.agreement)
  if (!agreement.ok) return agreement
  const certified = publicKeysOf(signing.value, agreement.value)
  const secrets = certified && (await unseal(sealed, certified, place))
  if (certified === undefined || secrets === undefined) return failed('ERR_PASSKEY_BLOB')
  const holder = softwareKey(secrets, 'passkey')
  secrets.signing.wipe()
  secrets.agreement.wipe()
  const fits = equal(keyIdOf(holder.publicKeys), keyIdOf(certified))
  const code = !fits
    ? 'ERR_PASSKEY_BLOB'
    : userNamedBy(signing.value) !== user || userNamedBy(agreement.value) !== user
      ? 'ERR_CERT_USER'
      : undefined
  if (code === undefined) return done(enrolled(holder, user, certificates))
  await holder.close()
  return failed(code)
}

const LABEL = 'hufu/1 passkey'
const VERSION = 1
const NONCE_OCTETS = 12
const TAG_OCTETS = 16
const SEALED_OCTETS = NONCE_OCTETS + 2 * SOFTWARE_SECRET_OCTETS + TAG_OCTETS

async function unseal(
  sealed: Uint8Array,
  publicKeys: PublicKeys,
  place: PasskeyPlace,
): Promise<SoftwareSecrets | undefined> {
  if (sealed.length !== SEALED_OCTETS) return undefined
  const nonce = sealed.subarray(0, NONCE_OCTETS)
  const key = wrapKey(place.prf)
  const opened = await key.open(nonce, sealed.subarray(NONCE_OCTETS), associated(publicKeys, place))
  key.wipe()
  if (opened === undefined) return undefined
  using plain = new Secret(opened)
  return {
    signing: new Secret(plain.expose().slice(0, SOFTWARE_SECRET_OCTETS)),
    agreement: new Secret(plain.expose().slice(SOFTWARE_SECRET_OCTETS)),
  }
}

/** AES-256-GCM by whatever the platform has: in a page, by WebCrypto. */
function wrapKey(prf: Secret): BulkKey {
  using raw = new Secret(
    hkdf('sha256', prf, new Uint8Array(0), utf8(`${LABEL} wrap`), WRAP_KEY_OCTETS),
  )
  return bulkKey(raw)
}

const WRAP_KEY_OCTETS = 32

function associated(publicKeys: PublicKeys, { credential, host }: PasskeyPlace): Uint8Array {
  return encodeCbor([LABEL, keyIdOf(publicKeys), credential, host, VERSION])
}

import { ed25519, x25519, type Random } from '../crypto/index.ts'
import { Secret } from '../crypto/secret.ts'
import { statementOctets } from '../wire/statement.ts'
import type { CertificatePair, KeyHolder, PublicKeys, SecurityKey } from './security-key.ts'

/** Octets of each of a software key's two secrets. */
export const SOFTWARE_SECRET_OCTETS = 32

/** What a software key is made of: an Ed25519 seed and an X25519 secret, 32 octets each. */
export interface SoftwareSecrets {
  readonly signing: Secret
  readonly agreement: Secret
}

/** The secrets of a new key. */
export function newSoftwareSecrets(random: Random): SoftwareSecrets {
  return {
    signing: new Secret(random(SOFTWARE_SECRET_OCTETS)),
    agreement: new Secret(random(SOFTWARE_SECRET_OCTETS)),
  }
}

/**
 * A key in this process's memory. It has copies: the caller may wipe `secrets`, and `close` wipes only the copies.
 *
 * @throws {HufuError} `ERR_CRYPTO_INPUT` for secrets of another size, `ERR_SECRET_WIPED` for wiped ones.
 */
export function softwareKey(secrets: SoftwareSecrets, kind: 'software' | 'passkey'): KeyHolder {
  const signing = ed25519.fromSecret(secrets.signing.expose())
  const agreement = x25519.fromSecret(secrets.agreement.expose())
  const publicKeys: PublicKeys = {
    algorithm: 'ed25519',
    signing: signing.publicKey,
    agreement: agreement.publicKey,
  }
  return {
    kind,
    publicKeys,
    // async, so that a closed key rejects as a token would
    sign: async (statement) => signing.sign(statementOctets(statement)),
    agree: async (peer) => {
      const shared = agreement.agree(peer)
      return shared === undefined ? undefined : new Secret(shared)
    },
    close: async () => {
      signing.wipe()
      agreement.wipe()
    },
  }
}

/** A key with what speaks for its user. The certificates are not looked at here. */
export function enrolled(
  holder: KeyHolder,
  user: string,
  certificates: CertificatePair,
): SecurityKey {
  return {
    kind: holder.kind,
    publicKeys: holder.publicKeys,
    user,
    certificates,
    sign: (statement) => holder.sign(statement),
    agree: (peer) => holder.agree(peer),
    ...(holder.traffic === undefined ? {} : { traffic: holder.traffic }),
    close: () => holder.close(),
  }
}

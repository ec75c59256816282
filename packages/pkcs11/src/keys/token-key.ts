import { equal, random, Secret, sha256 } from '@hufu/protocol/crypto'
import { ecdsaP256, p256 } from '@hufu/protocol/crypto/more'
import type { CertificatePair, KeyHolder, KeyTraffic, PublicKeys } from '@hufu/protocol/identity'
import { HufuError, statementOctets, type Statement } from '@hufu/protocol/wire'
import type { TokenThread } from '../token/thread.ts'
import type { KeyActs } from './acts.ts'
import type { PairName } from './pairs.ts'
import { trafficOver } from './traffic.ts'
import { labelFor, newCertificate, storedUsers, type StoredUser } from './stored.ts'

/** Where a key lies in its token, and what it must be: what a profile keeps of it. None of it is secret. */
export interface TokenKeyPlace {
  readonly signing: PairName
  readonly agreement: PairName
  readonly publicKeys: PublicKeys
}

/** A key whose two pairs a token holds, P-256 both. Rejects with `ERR_HSM_…` where the token does not do its part. */
export interface TokenKey extends KeyHolder {
  readonly kind: 'token'
  readonly traffic: KeyTraffic
  readonly place: TokenKeyPlace
  /** The users that certificates in the token speak of, those whose certificates end last first. */
  users(): Promise<readonly StoredUser[]>
  /** Puts a user's certificates into the token, in the place of that user's last ones. Certificates that others put there stay. */
  store(user: string, certificates: CertificatePair): Promise<void>
  /** Removes both pairs from the token, for good. Certificates stay. */
  remove(): Promise<void>
}

/** The key at a place of a token, which must be there. `close` ends the thread. */
export function tokenKeyOver(thread: TokenThread<KeyActs>, place: TokenKeyPlace): TokenKey {
  const { signing, agreement, publicKeys } = place
  let closed = false
  const open = (): TokenThread<KeyActs> => {
    if (closed) throw new HufuError('ERR_SECRET_WIPED', 'used after close()')
    return thread
  }
  return {
    kind: 'token',
    publicKeys,
    place,
    async sign(statement: Statement) {
      const octets = statementOctets(statement)
      const signature = await open().ask('sign', signing, sha256(octets))
      if (ecdsaP256.verify(publicKeys.signing, octets, signature)) return signature
      throw new HufuError('ERR_HSM_FAILED', 'the token made a signature that is not good')
    },
    async agree(peer) {
      const via = open()
      if (!isPoint(peer)) return undefined
      return new Secret(await via.ask('derive', agreement, Uint8Array.from(peer)))
    },
    traffic: trafficOver(open, [signing, agreement]),
    async users() {
      const found = await open().ask('pairs')
      const beside = ({ id }: PairName) =>
        found.find(({ name }) => equal(name.id, id))?.certificates
      return storedUsers(publicKeys, {
        signing: beside(signing) ?? [],
        agreement: beside(agreement) ?? [],
      })
    },
    async store(user, certificates) {
      const label = labelFor(user)
      const first = newCertificate(label, certificates.signing)
      const second = newCertificate(label, certificates.agreement)
      await open().ask('store', signing, first)
      await open().ask('store', agreement, second)
    },
    async remove() {
      await open().ask('remove', signing)
      await open().ask('remove', agreement)
    },
    async close() {
      if (closed) return
      closed = true
      await thread.end()
    },
  }
}

/**
 * Makes sure that the token's agreement key is the one of the public key that lies beside it. The signing key is tried
 * whenever it signs.
 *
 * @throws {HufuError} `ERR_HSM_FAILED` if it is another.
 */
export async function proveAgreement(key: TokenKey): Promise<void> {
  const once = p256.generate(random)
  const theirs = await key.agree(once.publicKey)
  const ours = once.agree(key.publicKeys.agreement)
  once.wipe()
  const same = theirs !== undefined && ours !== undefined && equal(theirs.expose(), ours)
  theirs?.wipe()
  ours?.fill(0)
  if (!same)
    throw new HufuError(
      'ERR_HSM_FAILED',
      'the public key in the token is not that of the key which agrees',
    )
}

/** A point of P-256: whatever else a peer sent is not for a token to see. Agreeing with it here is what checks it. */
function isPoint(peer: Uint8Array): boolean {
  throwaway ??= p256.generate(random)
  const shared = throwaway.agree(peer)
  shared?.fill(0)
  return shared !== undefined
}

let throwaway: ReturnType<typeof p256.generate> | undefined

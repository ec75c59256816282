import { random } from '@hufu/protocol/crypto'
import { newSoftwareSecrets, softwareKey, type KeyHolder } from '@hufu/protocol/identity'
import { sealPasskey, type NewKeyExtras, type PasskeyPlace } from '@hufu/protocol/signin'

/** A key that was just made, and what is to be kept of it. */
export interface SealedKey {
  readonly holder: KeyHolder
  readonly extras: Required<Pick<NewKeyExtras, 'passkey'>>
}

/** A new key in this page's memory, sealed under a passkey. */
export async function newSealedKey(place: PasskeyPlace): Promise<SealedKey> {
  const secrets = newSoftwareSecrets(random)
  const holder = softwareKey(secrets, 'passkey')
  const sealed = await sealPasskey(secrets, holder.publicKeys, place, random)
  secrets.signing.wipe()
  secrets.agreement.wipe()
  const { credential, host } = place
  return { holder, extras: { passkey: { credential, host, sealed } } }
}

import { concat, equal, random, Secret, utf8 } from '@hufu/protocol/crypto'
import {
  keyIdOf,
  newSoftwareSecrets,
  SOFTWARE_SECRET_OCTETS,
  softwareKey,
  type KeyHolder,
} from '@hufu/protocol/identity'
import type { KeyHolding } from './index.ts'
import { damagedKey, sealed, unsealed } from './sealed.ts'
import type { Stored } from '../profile/shelf.ts'

/** Keys in a file of the profile, sealed under a passphrase: an Ed25519 and an X25519 pair. */
export const softwareHolding: KeyHolding = {
  async make({ questions, name }) {
    const passphrase = await questions.newPassphrase(`the key ${name}`)
    const { signing, agreement } = newSoftwareSecrets(random)
    const holder = softwareKey({ signing, agreement }, 'software')
    using secrets = new Secret(concat(signing.expose(), agreement.expose()))
    signing.wipe()
    agreement.wipe()
    const about = aboutKey(keyIdOf(holder.publicKeys))
    const held = sealed(secrets.expose(), passphrase, about, random) as Stored
    passphrase.fill(0)
    return { holder, held, discard: async () => undefined }
  },
  async open({ name, user, keyId, held }, { questions }) {
    const path = `the key ${name}`
    return questions.opening(`${name} (${user})`, (passphrase) => {
      using secrets = new Secret(unsealed(held, passphrase, aboutKey(keyId), path))
      const holder = holderOf(secrets, path)
      if (!equal(keyIdOf(holder.publicKeys), keyId)) throw damagedKey(path)
      return holder
    })
  },
}

function holderOf(secrets: Secret, path: string): KeyHolder {
  if (secrets.octets !== 2 * SOFTWARE_SECRET_OCTETS) throw damagedKey(path)
  const part = (from: number): Secret =>
    new Secret(secrets.expose().slice(from, from + SOFTWARE_SECRET_OCTETS))
  using signing = part(0)
  using agreement = part(SOFTWARE_SECRET_OCTETS)
  return softwareKey({ signing, agreement }, 'software')
}

function aboutKey(keyId: Uint8Array): Uint8Array {
  return concat(utf8('hufu/1 software key'), Uint8Array.of(0), keyId)
}

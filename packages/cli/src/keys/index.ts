import type { CertificatePair, KeyHolder } from '@hufu/protocol/identity'
import { HufuError } from '@hufu/protocol/wire'
import type { Arguments } from '../arguments.ts'
import { letters } from '../profile/contacts.ts'
import { fieldsOf, shelf, type Shelf, type Stored } from '../profile/shelf.ts'
import type { KeyQuestions } from './questions.ts'

/*
 * The keys of this profile: `keys/NAME.json`. What holds a key is a file of this folder and a row below; the profile keeps
 * for each what that file wants kept, and the certificates.
 */

/** What may hold a key here. */
export type HeldBy = 'software' | 'token'

/** A key as the profile keeps it. */
export interface StoredKey {
  readonly name: string
  readonly heldBy: HeldBy
  readonly user: string
  /** URL of the server that it was enrolled at. */
  readonly server: string
  /** 32 octets. */
  readonly keyId: Uint8Array
  readonly certificates: CertificatePair
  readonly madeUnixMs: number
  /** When the certificates end. */
  readonly expiresUnixMs: number
  /** What its holder keeps: sealed secrets, or which token it is. */
  readonly held: Stored
}

/** What holds keys: one file each. */
export interface KeyHolding {
  /** Makes a key, or takes one that is there, as the arguments of `hufu key new` say. */
  make(ports: HoldingPorts): Promise<MadeKey>
  /**
   * Opens a key of this profile.
   *
   * Rejects with {@link HufuError} `ERR_KEY_PASSPHRASE`, `ERR_KEY_FILE`, `ERR_HSM_…`, `ERR_KEY_ABSENT`, `ERR_INTERRUPTED`.
   */
  open(key: StoredKey, ports: HoldingPorts): Promise<KeyHolder>
  /** Told when a key has certificates, or new ones, while it is open. */
  certified?(holder: KeyHolder, user: string, certificates: CertificatePair): Promise<void>
}

/** A key that is made and not enrolled. */
export interface MadeKey {
  readonly holder: KeyHolder
  /** What is to be kept of it. */
  readonly held: Stored
  /** Its certificates, where another issuer has made them. */
  readonly outside?: CertificatePair
  /** It is not enrolled: takes it away again, where it would be in the way. */
  discard(): Promise<void>
}

export interface HoldingPorts {
  readonly args: Arguments
  readonly questions: KeyQuestions
  /** The profile's folder. */
  readonly profile: string
  /** What the key is to be called, or is. */
  readonly name: string
}

/** What holds a key of that kind. A further kind is a row here and a file beside. */
export const HOLDINGS: Readonly<Record<HeldBy, () => Promise<KeyHolding>>> = {
  software: async () => (await import('./software.ts')).softwareHolding,
  token: async () => (await import('./pkcs11.ts')).tokenHolding,
}

/** The keys of a profile. Throws {@link HufuError} `ERR_KEY_FILE` for a damaged one, `ERR_PROFILE`. */
export function keysOf(profile: string): Shelf<StoredKey> {
  return shelf(profile, 'keys', readKey, ({ keyId, certificates, ...rest }) => ({
    ...rest,
    key: letters(keyId),
    signing: letters(certificates.signing),
    agreement: letters(certificates.agreement),
  }))
}

function readKey(object: Stored, path: string): StoredKey {
  try {
    const file = fieldsOf(object, path)
    return {
      name: file.text('name'),
      heldBy: file.oneOf('heldBy', ['software', 'token']),
      user: file.text('user'),
      server: file.text('server'),
      keyId: file.octets('key', 32),
      certificates: {
        signing: file.octets('signing', 1, 4_096),
        agreement: file.octets('agreement', 1, 4_096),
      },
      madeUnixMs: file.number('madeUnixMs'),
      expiresUnixMs: file.number('expiresUnixMs'),
      held: file.object('held'),
    }
  } catch (error) {
    if (!(error instanceof HufuError) || error.code !== 'ERR_PROFILE') throw error
    throw new HufuError('ERR_KEY_FILE', error.message)
  }
}

import { equal, sha256, utf8, type Random } from '@hufu/protocol/crypto'
import { aes256gcm, argon2id, type Argon2Cost } from '@hufu/protocol/crypto/more'
import { HufuError } from '@hufu/protocol/wire'
import { letters } from '../profile/contacts.ts'
import { fieldsOf, type Stored } from '../profile/shelf.ts'

/*
 * Secrets in a file, sealed under a passphrase: Argon2id makes the key, AES-256-GCM seals. What it is about (whose key it
 * is) is authenticated, so that one file's sealed part does not open in another. A plain sum over all of it tells a file
 * that was damaged from a passphrase that is wrong.
 */

/** What a guess costs: the second of the uniformly safe options of RFC 9106 §4. */
const COST: Argon2Cost = { memoryKiB: 65_536, passes: 3, parallelism: 4 }
/** What a file may ask of this machine at most: it may have been altered. Our choices. */
const MOST: Argon2Cost = { memoryKiB: 2_097_152, passes: 100, parallelism: 64 }
const SALT_OCTETS = 16
const NONCE_OCTETS = 12
const TAG_OCTETS = 16
const KEY_OCTETS = 32

/**
 * What stands in the file.
 *
 * @param secrets octets to seal, at most 4,096
 * @param about what they belong to; not secret
 * @param cost for tests; {@link COST} if undefined
 */
export function sealed(
  secrets: Uint8Array,
  passphrase: Uint8Array,
  about: Uint8Array,
  random: Random,
  cost: Argon2Cost = COST,
): object {
  const salt = random(SALT_OCTETS)
  const nonce = random(NONCE_OCTETS)
  const box = keyOf(passphrase, salt, cost).seal(nonce, secrets, about)
  const file = { ...cost, salt: letters(salt), nonce: letters(nonce), box: letters(box) }
  return { ...file, sum: letters(sumOf(file, about)) }
}

/**
 * The secrets.
 *
 * @param path only for errors
 * @throws {HufuError} `ERR_KEY_FILE` if the file was altered, `ERR_KEY_PASSPHRASE` if it is whole and does not open.
 */
export function unsealed(
  object: Stored,
  passphrase: Uint8Array,
  about: Uint8Array,
  path: string,
): Uint8Array {
  const { cost, salt, nonce, box } = read(object, about, path)
  const secrets = keyOf(passphrase, salt, cost).open(nonce, box, about)
  if (secrets === undefined) throw new HufuError('ERR_KEY_PASSPHRASE')
  return secrets
}

interface Read {
  readonly cost: Argon2Cost
  readonly salt: Uint8Array
  readonly nonce: Uint8Array
  readonly box: Uint8Array
}

function read(object: Stored, about: Uint8Array, path: string): Read {
  try {
    const file = fieldsOf(object, path)
    const cost = {
      memoryKiB: file.number('memoryKiB'),
      passes: file.number('passes'),
      parallelism: file.number('parallelism'),
    }
    const isBounded = Object.entries(cost).every(
      ([name, value]) =>
        Number.isSafeInteger(value) && value >= 1 && value <= MOST[name as keyof Argon2Cost],
    )
    const salt = file.octets('salt', SALT_OCTETS)
    const nonce = file.octets('nonce', NONCE_OCTETS)
    const box = file.octets('box', TAG_OCTETS, TAG_OCTETS + 4_096)
    const sum = file.octets('sum', 32)
    const written = { ...cost, salt: letters(salt), nonce: letters(nonce), box: letters(box) }
    if (!isBounded || cost.memoryKiB < 8 * cost.parallelism) throw damagedKey(path)
    if (!equal(sum, sumOf(written, about))) throw damagedKey(path)
    return { cost, salt, nonce, box }
  } catch (error) {
    // What the shelf calls a damaged profile is a damaged key here.
    if (error instanceof HufuError && error.code === 'ERR_PROFILE') throw damagedKey(path)
    throw error
  }
}

/** The error for a key's file that does not hold what it should. */
export function damagedKey(path: string): HufuError {
  return new HufuError('ERR_KEY_FILE', `${path}: is damaged`)
}

function keyOf(
  passphrase: Uint8Array,
  salt: Uint8Array,
  cost: Argon2Cost,
): ReturnType<typeof aes256gcm.key> {
  const raw = argon2id(passphrase, salt, cost, KEY_OCTETS)
  const key = aes256gcm.key(raw)
  raw.fill(0)
  return key
}

function sumOf(file: object, about: Uint8Array): Uint8Array {
  return sha256(utf8('hufu/1 sealed file'), utf8(JSON.stringify(file)), about)
}

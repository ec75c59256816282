import { argon2, randomBytes, timingSafeEqual } from 'node:crypto'
import { HufuError } from '@hufu/protocol/wire'

/** Hashes passphrases, one at a time and off the main thread. */
export interface Passphrases {
  /** A hash with its salt and cost, in the form of a PHC string. */
  hash(passphrase: string): Promise<string>
  /**
   * Whether `passphrase` is that of `hash`. Without a hash it takes the same time and is false: nobody learns from it
   * which names there are.
   */
  fits(passphrase: string, hash: string | null): Promise<boolean>
}

/** UTF-16 units, prepared. NIST SP 800-63B-4 §3.1.1.2: 15 where there is nothing beside the passphrase. */
const LEAST_UNITS = 15
const MOST_UNITS = 256
/** Who waits beyond this is sent away: each holds a connection for a tenth of a second and more. Our choice. */
const MOST_WAITING = 32

/** The second of the uniformly safe options of RFC 9106 §4: 64 MiB, three passes, four lanes. */
const COST = { memory: 65_536, passes: 3, parallelism: 4 }
const SALT_OCTETS = 16
const TAG_OCTETS = 32

/** Controls, line ends and what has no meaning: they cannot be typed everywhere. */
const UNTYPEABLE = /[\p{Cc}\p{Cn}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/u

/** True if it may be chosen by whoever has this name. There are no rules of composition: they make passphrases worse. */
export function isAcceptable(passphrase: string, name: string): boolean {
  const prepared = prepare(passphrase)
  return (
    prepared.length >= LEAST_UNITS &&
    prepared.length <= MOST_UNITS &&
    !UNTYPEABLE.test(prepared) &&
    prepared.toLowerCase() !== name
  )
}

/**
 * Passphrases under Argon2id.
 *
 * Both reject with {@link HufuError} `ERR_BUSY` if too many wait already.
 */
export function passphrases(cost: Cost = COST): Passphrases {
  const alone = queue()
  const nobodys = phc(cost, randomBytes(SALT_OCTETS), randomBytes(TAG_OCTETS))
  return {
    hash: (passphrase) =>
      alone(async () => {
        const salt = randomBytes(SALT_OCTETS)
        return phc(cost, salt, await derive(passphrase, cost, salt))
      }),
    fits: (passphrase, hash) =>
      alone(async () => {
        const { cost, salt, tag } = parse(hash ?? nobodys)
        const same = timingSafeEqual(await derive(passphrase, cost, salt), tag)
        return same && hash !== null
      }),
  }
}

/** Spaces alike and in one normal form, so that every keyboard types the same (SP 800-63B-4 §3.1.1.2). */
function prepare(passphrase: string): string {
  return passphrase.replaceAll(/\p{Zs}/gu, ' ').normalize('NFKC')
}

type Cost = typeof COST

function derive(passphrase: string, cost: Cost, nonce: Uint8Array): Promise<Buffer> {
  const message = prepare(passphrase)
  return new Promise((resolve, reject) => {
    argon2('argon2id', { message, nonce, tagLength: TAG_OCTETS, ...cost }, (error, tag) =>
      error === null ? resolve(tag) : reject(error),
    )
  })
}

/** As it is stored: with its cost, so that a later version may raise it for those to come. */
function phc(cost: Cost, salt: Buffer, tag: Buffer): string {
  const { memory, passes, parallelism } = cost
  const [s, t] = [salt, tag].map((octets) => octets.toString('base64').replace(/=+$/, ''))
  return `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${s}$${t}`
}

function parse(hash: string): { readonly cost: Cost; readonly salt: Buffer; readonly tag: Buffer } {
  const parts = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([^$]+)\$([^$]+)$/.exec(hash)
  if (parts === null) throw new Error('a passphrase’s hash was altered')
  const [memory = 0, passes = 0, parallelism = 0] = parts.slice(1, 4).map(Number)
  const [salt, tag] = [Buffer.from(parts[4]!, 'base64'), Buffer.from(parts[5]!, 'base64')]
  return { cost: { memory, passes, parallelism }, salt, tag }
}

/** One after the other: each takes 64 MiB, and nobody can have many of them run at once. */
function queue(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve()
  let waiting = 0
  return async (work) => {
    if (waiting >= MOST_WAITING) throw new HufuError('ERR_BUSY', 'too many want to sign in at once')
    waiting += 1
    const turn = last.then(work)
    last = turn.catch(() => undefined)
    try {
      return await turn
    } finally {
      waiting -= 1
    }
  }
}

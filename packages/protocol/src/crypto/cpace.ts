import { sha512 } from '#backend/hash.ts'
import { hmacSha512 } from '#backend/hmac.ts'
import { x25519 } from '#backend/x25519.ts'
import { HufuError } from '../wire/errors.ts'
import type { KeyAgreement } from './agreement.ts'
import { concat, utf8, wipe } from './bytes.ts'
import { elligator2 } from './elligator2.ts'
import type { Hash, KeyedHash } from './hash.ts'
import { lvCat, prependLen } from './length-value.ts'
import type { Random } from './random.ts'
import { Secret } from './secret.ts'

/** What both parties must know alike before they start. */
export interface CpaceInput {
  /** The password-related string: the prepared passphrase. */
  readonly prs: Uint8Array
  /** The channel identifier: identities, initiator first, each after its length. */
  readonly ci: Uint8Array
  /** The session id: unique, or empty. */
  readonly sid: Uint8Array
}

/** One party's share, single-use. */
export interface CpaceShare {
  /** Ya or Yb, 32 octets: what the peer is sent. */
  readonly share: Uint8Array
  /**
   * K, or `undefined` if the run must be aborted: `peer` is not 32 octets, or of low order. K never leaves the two
   * parties, not even hashed alone: it would allow guessing without them. It takes the secret scalar with it.
   *
   * @throws {HufuError} `ERR_SECRET_WIPED` after a first call, or after {@link wipe}.
   */
  finish(peer: Uint8Array): Secret | undefined
  wipe(): void
}

/** What was sent: the initiator's share and associated data, then the responder's. */
export interface CpaceTranscript {
  readonly ya: Uint8Array
  readonly ada: Uint8Array
  readonly yb: Uint8Array
  readonly adb: Uint8Array
}

/** The two confirmation tags, 64 octets each. */
export interface CpaceTags {
  /** What the initiator sends. */
  readonly ta: Uint8Array
  /** What the responder sends. */
  readonly tb: Uint8Array
}

/** CPace over some backend. */
export interface Cpace {
  start(input: CpaceInput, random: Random): CpaceShare
  isk(sid: Uint8Array, k: Secret, transcript: CpaceTranscript): Secret
  tags(sid: Uint8Array, isk: Secret, transcript: CpaceTranscript): CpaceTags
}

/** The parts of a backend that CPace stands on. */
export interface CpaceParts {
  readonly x25519: KeyAgreement
  readonly sha512: Hash
  readonly hmacSha512: KeyedHash
}

// draft-irtf-cfrg-cpace-21, the suite CPACE-X25519-SHA512.
const DSI = utf8('CPace255')
const DSI_ISK = utf8('CPace255_ISK')
const DSI_MAC = utf8('CPaceMac')
/** Octets that SHA-512 takes in at a time: the passphrase fills the first block by itself. */
const HASH_BLOCK_OCTETS = 128

/** CPace over the given parts: for the conformance suite. Others use the functions below. */
export function makeCpace(parts: CpaceParts): Cpace {
  return {
    start(input, random) {
      const generator = cpaceGenerator(input, parts.sha512)
      const scalar = parts.x25519.generate(random)
      const share = scalar.agree(generator)
      wipe(generator)
      // One hash in 2^255: nobody will see this.
      if (share === undefined) throw new HufuError('ERR_INTERNAL', 'CPace generator of low order')
      return {
        share,
        finish(peer) {
          const k = scalar.agree(peer)
          scalar.wipe()
          return k && new Secret(k)
        },
        wipe: () => scalar.wipe(),
      }
    },
    isk(sid, k, transcript) {
      const { ya, ada, yb, adb } = transcript
      const hashed = concat(lvCat(DSI_ISK, sid, k.expose()), lvCat(ya, ada), lvCat(yb, adb))
      const isk = new Secret(parts.sha512(hashed))
      hashed.fill(0)
      return isk
    },
    tags(sid, isk, transcript) {
      const key = parts.sha512(DSI_MAC, sid, isk.expose())
      const ta = parts.hmacSha512(key, lvCat(transcript.ya, transcript.ada))
      const tb = parts.hmacSha512(key, lvCat(transcript.yb, transcript.adb))
      key.fill(0)
      return { ta, tb }
    },
  }
}

/**
 * The generator that both parties multiply (`calculate_generator`): a u-coordinate of 32 octets. Whoever knows it can
 * test guesses against it.
 */
export function cpaceGenerator(input: CpaceInput, hash: Hash): Uint8Array {
  const { prs, ci, sid } = input
  const taken = 1 + prependLen(prs).length + prependLen(DSI).length
  const padding = new Uint8Array(Math.max(0, HASH_BLOCK_OCTETS - taken))
  const text = lvCat(DSI, prs, padding, ci, sid)
  const digest = hash(text)
  const generator = elligator2(digest.subarray(0, 32))
  wipe(text, digest)
  return generator
}

const own: Cpace = /* @__PURE__ */ makeCpace({ x25519, sha512, hmacSha512 })

/**
 * Starts a run in either role: draws a scalar y of 32 octets and computes y·g.
 *
 * @param random the system's, but in tests and replays.
 */
export function cpaceStart(input: CpaceInput, random: Random): CpaceShare {
  return own.start(input, random)
}

/**
 * The intermediate session key of the initiator–responder setting, 64 octets. It SHOULD go through a KDF.
 *
 * @param k what {@link CpaceShare.finish} gave; the caller wipes it.
 * @throws {HufuError} `ERR_SECRET_WIPED` for a wiped `k`.
 */
export function cpaceIsk(sid: Uint8Array, k: Secret, transcript: CpaceTranscript): Secret {
  return own.isk(sid, k, transcript)
}

/**
 * The draft's key confirmation: HMAC-SHA-512 under SHA-512("CPaceMac" ‖ sid ‖ ISK), in full. Compare with `equal`.
 *
 * @throws {HufuError} `ERR_SECRET_WIPED` for a wiped `isk`.
 */
export function cpaceTags(sid: Uint8Array, isk: Secret, transcript: CpaceTranscript): CpaceTags {
  return own.tags(sid, isk, transcript)
}

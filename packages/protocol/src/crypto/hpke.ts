import type { Aead, AeadKey } from './aead.ts'
import { concat, utf8, wipe } from './bytes.ts'
import { type HpkeKdf, i2osp2, labeled, type LabeledKdf } from './hpke-kdf.ts'
import type { HpkeKem } from './hpke-kem.ts'
import { misuse } from './input.ts'
import type { Random } from './random.ts'
import { unwiped } from './secret.ts'

/** An AEAD of HPKE (RFC 9180 §7.3). */
export interface HpkeAead {
  /** Its number in the IANA registry of HPKE. */
  readonly id: number
  readonly aead: Aead
}

/** Three rows, one from each table of `hpke-suites.ts`. `Key` is the recipient's kind of key. */
export interface HpkeSuite<Key> {
  readonly kem: HpkeKem<Key>
  readonly kdf: HpkeKdf
  readonly aead: HpkeAead
}

/** What both sides can do. */
export interface HpkeExporter {
  /**
   * A secret of `octets` that only the two sides know (RFC 9180 §5.3).
   *
   * @throws {HufuError} `ERR_CRYPTO_INPUT` for more than 255 × Nh octets, `ERR_SECRET_WIPED` after {@link wipe}.
   */
  export(context: Uint8Array, octets: number): Uint8Array
  /** Lets go of all keys. */
  wipe(): void
}

/** The sending side. */
export interface HpkeSender extends HpkeExporter {
  /** What the recipient needs first. */
  readonly enc: Uint8Array
  /**
   * The next ciphertext: the recipient must open them in this order.
   *
   * @throws {HufuError} `ERR_SECRET_WIPED` after {@link wipe}.
   */
  seal(aad: Uint8Array, plaintext: Uint8Array): Uint8Array
}

/** The receiving side. */
export interface HpkeRecipient extends HpkeExporter {
  /**
   * The next plaintext, or `undefined`, and then the same number is expected again.
   *
   * @throws {HufuError} `ERR_SECRET_WIPED` after {@link wipe}.
   */
  open(aad: Uint8Array, sealed: Uint8Array): Uint8Array | undefined
}

/**
 * SetupBaseS (RFC 9180 §5.1.1).
 *
 * @param info what both sides know alike; any length.
 * @returns `undefined` if the recipient's public key is malformed.
 */
export function setupSender<Key>(
  suite: HpkeSuite<Key>,
  recipientPublic: Uint8Array,
  info: Uint8Array,
  random: Random,
): HpkeSender | undefined {
  const encapsulation = suite.kem.encapsulate(recipientPublic, random)
  if (encapsulation === undefined) return undefined
  const context = schedule(suite, encapsulation.shared, info)
  return {
    enc: encapsulation.ciphertext,
    seal(aad, plaintext) {
      const sealed = context.key().seal(context.nonce(), plaintext, aad)
      context.advance()
      return sealed
    },
    export: (exporterContext, octets) => context.export(exporterContext, octets),
    wipe: () => context.wipe(),
  }
}

/**
 * SetupBaseR (RFC 9180 §5.1.1).
 *
 * @param key the recipient's, or something that can do its one operation: see {@link HpkeAgreementKey}.
 * @param enc what the sender sent first.
 * @returns `undefined` if `enc` is malformed.
 */
export function setupRecipient<Key>(
  suite: HpkeSuite<Key>,
  key: Key,
  enc: Uint8Array,
  info: Uint8Array,
): HpkeRecipient | undefined {
  const shared = suite.kem.decapsulate(key, enc)
  if (shared === undefined) return undefined
  const context = schedule(suite, shared, info)
  return {
    open(aad, sealed) {
      const plaintext = context.key().open(context.nonce(), sealed, aad)
      if (plaintext !== undefined) context.advance()
      return plaintext
    },
    export: (exporterContext, octets) => context.export(exporterContext, octets),
    wipe: () => context.wipe(),
  }
}

/** mode_base (RFC 9180 §5, table 1). */
const MODE_BASE = Uint8Array.of(0)
const NOTHING = new Uint8Array()

interface Context extends HpkeExporter {
  key(): AeadKey
  nonce(): Uint8Array
  advance(): void
}

/** KeySchedule (RFC 9180 §5.1) without a pre-shared key. Wipes `shared`. */
function schedule<Key>(suite: HpkeSuite<Key>, shared: Uint8Array, info: Uint8Array): Context {
  const { kem, kdf, aead } = suite
  const ids = [kem.id, kdf.id, aead.id].map(i2osp2)
  const own = labeled(kdf, concat(utf8('HPKE'), ...ids))
  const context = concat(
    MODE_BASE,
    own.extract(NOTHING, 'psk_id_hash', NOTHING),
    own.extract(NOTHING, 'info_hash', info),
  )
  const secret = own.extract(shared, 'secret', NOTHING)
  const raw = own.expand(secret, 'key', context, aead.aead.keyOctets)
  const key = aead.aead.key(raw)
  const baseNonce = own.expand(secret, 'base_nonce', context, aead.aead.nonceOctets)
  const exporter = own.expand(secret, 'exp', context, kdf.octets)
  wipe(shared, secret, raw)
  return running({ own, key, baseNonce, exporter, exportLimit: 255 * kdf.octets })
}

interface Schedule {
  readonly own: LabeledKdf
  readonly key: AeadKey
  readonly baseNonce: Uint8Array
  readonly exporter: Uint8Array
  readonly exportLimit: number
}

function running(made: Schedule): Context {
  let sequence = 0
  let exporter: Uint8Array | undefined = made.exporter
  return {
    key: () => made.key,
    nonce: () => nonceAt(made.baseNonce, sequence),
    advance() {
      // RFC 9180 §5.2 stops at 2^96 − 1, doubles count to 2^53: nobody gets there.
      sequence += 1
    },
    export(context, octets) {
      const prk = unwiped(exporter)
      if (octets > made.exportLimit) throw misuse(`HPKE cannot export ${octets} octets`)
      return made.own.expand(prk, 'sec', context, octets)
    },
    wipe() {
      made.key.wipe()
      wipe(made.exporter, made.baseNonce)
      exporter = undefined
    },
  }
}

/** base_nonce XOR the sequence number, big-endian (RFC 9180 §5.2). */
function nonceAt(baseNonce: Uint8Array, sequence: number): Uint8Array {
  const nonce = baseNonce.slice()
  for (let at = nonce.length - 1, left = sequence; left > 0; at--) {
    nonce[at] = (nonce[at] ?? 0) ^ (left % 256)
    left = Math.floor(left / 256)
  }
  return nonce
}

import {
  introductionStatement,
  publicKeysOf,
  readCertificate,
  verifyKey,
  verifySignature,
  type CertificatePair,
  type Introduction,
  type KeyKind,
  type PublicKeys,
  type SecurityKey,
  type TrustedIssuer,
} from '@hufu/protocol/identity'
import type { TalkMessage } from '@hufu/protocol/pair'
import type { ErrorCode } from '@hufu/protocol/wire'
import type { Pins } from './pins.ts'

/*
 * How the two ends of a session show each other their KEYs, and what either makes of it.
 *
 *   shown ─ signature wrong, or another user than was rung ─→ refused: ERR_IDENTITY_PROOF
 *     ├─ issuer not trusted, expired, … ────────────────────→ claimed
 *     └─ good ─ key as before, or the first of this user ───→ verified, pinned
 *               └─ another key than before ─ accepted ──────→ verified, pinned too
 *                                          └ not accepted ──→ refused: ERR_IDENTITY_CHANGED
 */

/** Who the other is. */
export type Identified =
  | {
      readonly verified: true
      readonly user: string
      readonly kind: KeyKind
      /** What it is pinned by, 32 octets. */
      readonly keyId: Uint8Array
      /** `changed`: the user was met with another key before, and this one was accepted. */
      readonly pinned: 'new' | 'same' | 'changed'
      /** When this user was met first, Unix milliseconds. */
      readonly sinceUnixMs: number
    }
  | {
      readonly verified: false
      /** Who the other says it is, or whom this end has rung; undefined if neither. */
      readonly user: string | undefined
      /** Why it is not verified; undefined if no key was shown. */
      readonly code: ErrorCode | undefined
      /** This user was verified before. */
      readonly known: boolean
    }

/** What this end shows of itself, and how it takes what the other shows. */
export interface Introductions {
  /** The talk waits until it is known who the other is. */
  readonly awaited: boolean
  /** What this end says of itself; undefined if nothing is to be said. */
  introduce(at: Introduction): Promise<IdentityMessage | undefined>
  /** What comes of what the other says. Codes: `ERR_IDENTITY_PROOF`, `ERR_IDENTITY_CHANGED`: the session ends. */
  judge(said: IdentityMessage, at: Introduction): Promise<Judgement>
}

export type IdentityMessage = Extract<TalkMessage, { type: 'identity' }>

export type Judgement =
  | { readonly ok: true; readonly identified: Identified }
  | { readonly ok: false; readonly code: 'ERR_IDENTITY_PROOF' | 'ERR_IDENTITY_CHANGED' }

export interface IntroductionsOptions {
  /** What this end shows; none if undefined. */
  readonly key: SecurityKey | undefined
  /** Whom this end trusts to certify users, from its own enrolments. */
  readonly issuers: readonly TrustedIssuer[]
  readonly pins: Pins
  /** The user whom this end has rung: nobody else will do. */
  readonly rung?: string
  /** See {@link Introductions.awaited}. */
  readonly awaited: boolean
  /** Asked when a user comes with another key than before; refused if undefined. */
  readonly accept?: (changed: Verified) => Promise<boolean>
  /** The wall clock, the platform's if undefined. */
  readonly nowUnixMs?: () => number
}

export type Verified = Extract<Identified, { verified: true }>

/** Introductions by a KEY, or without one, and by pins. */
export function introductionsOf(options: IntroductionsOptions): Introductions {
  const { key, issuers, pins, rung, awaited, accept } = options
  const now = options.nowUnixMs ?? Date.now

  const claimed = async (
    user: string | undefined,
    code: ErrorCode | undefined,
  ): Promise<Judgement> => {
    const known = user !== undefined && (await pins.of(user)).length > 0
    return { ok: true, identified: { verified: false, user, code, known } }
  }

  const pin = async (user: string, kind: KeyKind, keyId: Uint8Array): Promise<Judgement> => {
    const met = await pins.of(user)
    const same = met.some((each) => each.keyId.join() === keyId.join())
    const pinned = same ? 'same' : met.length === 0 ? 'new' : 'changed'
    const sinceUnixMs = Math.min(now(), ...met.map((each) => each.metUnixMs))
    const identified: Verified = { verified: true, user, kind, keyId, pinned, sinceUnixMs }
    if (pinned === 'changed' && (await accept?.(identified)) !== true)
      return { ok: false, code: 'ERR_IDENTITY_CHANGED' }
    await pins.keep(user, { keyId, kind }, now())
    return { ok: true, identified }
  }

  return {
    awaited,
    async introduce(at) {
      if (key === undefined) return awaited ? { type: 'identity', shown: null } : undefined
      const { user, certificates } = key
      const signature = await key.sign(introductionStatement(at, user, certificates))
      return { type: 'identity', shown: { user, certificates, signature } }
    },
    async judge({ shown }, at) {
      if (shown === null) return claimed(rung, undefined)
      const { user, certificates, signature } = shown
      const verified = verifyKey(certificates, issuers, now())
      const publicKeys = verified.ok ? verified.value.publicKeys : claimedKeys(certificates)
      if (publicKeys === undefined) return claimed(user, verified.ok ? undefined : verified.code)
      // Whoever shows a certificate must have its key, whatever the certificate is worth.
      const statement = introductionStatement(at, user, certificates)
      if (!verifySignature(publicKeys, statement, signature)) return FORGED
      if (!verified.ok) return claimed(user, verified.code)
      const { kind, keyId } = verified.value
      if (verified.value.user !== user || (rung !== undefined && rung !== user)) return FORGED
      return pin(user, kind, keyId)
    },
  }
}

const FORGED = { ok: false, code: 'ERR_IDENTITY_PROOF' } as const

/** The public keys that certificates name, whoever has signed them. */
function claimedKeys({ signing, agreement }: CertificatePair): PublicKeys | undefined {
  const [one, other] = [readCertificate(signing), readCertificate(agreement)]
  return one.ok && other.ok ? publicKeysOf(one.value, other.value) : undefined
}

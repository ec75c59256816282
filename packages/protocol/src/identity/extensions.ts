import {
  asciiOf,
  booleanOf,
  contentOf,
  itemsOf,
  namedBitsOf,
  oidOf,
  readDer,
  TAG,
  unsignedOf,
  type DerItem,
} from './der.ts'
import { kindOfPolicy } from './kind-policies.ts'
import type { KeyKind } from './security-key.ts'

/** What a certificate says beyond whose key it is, as far as hufu looks at it. */
export interface Extensions {
  /** The rfc822Names, as they are written. Names of other kinds are not looked at. */
  readonly emails: readonly string[]
  /** As the policy says; believed of our own authority only. */
  readonly kind: KeyKind
  /** Undefined where the certificate does not say what its key is for. */
  readonly usage: Usage | undefined
  readonly isAuthority: boolean
  /** True unless the key is kept for something that has nothing to do with users. */
  readonly forUsers: boolean
  readonly subjectKeyId: Uint8Array | undefined
  readonly authorityKeyId: Uint8Array | undefined
  readonly emailLimits: EmailLimits | undefined
  /** It has a limit that is not known here: then it must not be used (RFC 5280 §4.2). */
  readonly unknownLimit: boolean
}

/** Key usage (RFC 5280 §4.2.1.3). */
export interface Usage {
  readonly digitalSignature: boolean
  readonly keyAgreement: boolean
  readonly keyCertSign: boolean
}

/** Name constraints on rfc822Names (RFC 5280 §4.2.1.10): `a@b`, `b` or `.b`, in small letters. */
export interface EmailLimits {
  /** Undefined: any. */
  readonly permitted: readonly string[] | undefined
  readonly excluded: readonly string[]
}

type Draft = { -readonly [N in keyof Extensions]: Extensions[N] }

/** Object identifiers of extensions (RFC 5280 §4.2.1), each with what reads it: false if it is malformed. */
const READERS: Readonly<Record<string, (value: DerItem, into: Draft) => boolean>> = {
  '2.5.29.14': readSubjectKeyId,
  '2.5.29.15': readUsage,
  '2.5.29.17': readNames,
  '2.5.29.19': readBasicConstraints,
  '2.5.29.30': readNameConstraints,
  '2.5.29.32': readPolicies,
  '2.5.29.35': readAuthorityKeyId,
  '2.5.29.37': readPurposes,
}

/** anyExtendedKeyUsage, clientAuth, emailProtection (RFC 5280 §4.2.1.12), and signing in with a smart card (Microsoft). */
const USER_PURPOSES: readonly string[] = [
  '2.5.29.37.0',
  '1.3.6.1.5.5.7.3.2',
  '1.3.6.1.5.5.7.3.4',
  '1.3.6.1.4.1.311.20.2.2',
]

/** The SEQUENCE of extensions of a certificate; `undefined` if it is malformed, or has one twice (RFC 5280 §4.2). */
export function readExtensions(list: DerItem | undefined): Extensions | undefined {
  const items = itemsOf(list)
  if (items === undefined || items.length === 0) return undefined
  const read: Draft = {
    emails: [],
    kind: 'outside',
    usage: undefined,
    isAuthority: false,
    forUsers: true,
    subjectKeyId: undefined,
    authorityKeyId: undefined,
    emailLimits: undefined,
    unknownLimit: false,
  }
  const seen = new Set<string>()
  for (const item of items) {
    const extension = readExtension(item)
    if (extension === undefined || seen.has(extension.id)) return undefined
    seen.add(extension.id)
    const reader = Object.hasOwn(READERS, extension.id) ? READERS[extension.id] : undefined
    if (reader === undefined) read.unknownLimit ||= extension.critical
    else {
      const value = readDer(extension.octets)
      if (value === undefined || !reader(value, read)) return undefined
    }
  }
  return read
}

function readExtension(
  item: DerItem,
): { id: string; critical: boolean; octets: Uint8Array } | undefined {
  const parts = itemsOf(item)
  if (parts === undefined || parts.length < 2 || parts.length > 3) return undefined
  const id = oidOf(parts[0])
  // DER leaves out what is so by default
  const critical = parts.length === 3
  if (critical && booleanOf(parts[1]) !== true) return undefined
  const octets = contentOf(parts.at(-1), TAG.octetString)
  return id === undefined || octets === undefined ? undefined : { id, critical, octets }
}

function readSubjectKeyId(value: DerItem, into: Draft): boolean {
  into.subjectKeyId = contentOf(value, TAG.octetString)
  return into.subjectKeyId !== undefined
}

function readAuthorityKeyId(value: DerItem, into: Draft): boolean {
  const parts = itemsOf(value)
  into.authorityKeyId = parts?.find(({ tag }) => tag === 0x80)?.content
  return parts !== undefined
}

function readUsage(value: DerItem, into: Draft): boolean {
  const bit = namedBitsOf(value)
  if (bit === undefined) return false
  into.usage = { digitalSignature: bit(0), keyAgreement: bit(4), keyCertSign: bit(5) }
  return true
}

function readNames(value: DerItem, into: Draft): boolean {
  const names = itemsOf(value)?.filter(({ tag }) => tag === RFC822_NAME)
  const emails = names?.map(({ content }) => asciiOf(content))
  if (emails === undefined || !emails.every((email) => email !== undefined)) return false
  into.emails = emails
  return true
}

function readBasicConstraints(value: DerItem, into: Draft): boolean {
  const parts = itemsOf(value)
  if (parts === undefined || parts.length > 2) return false
  if (parts.length === 0) return true
  into.isAuthority = booleanOf(parts[0]) === true
  return into.isAuthority && (parts.length === 1 || unsignedOf(parts[1]) !== undefined)
}

function readPolicies(value: DerItem, into: Draft): boolean {
  const ids = itemsOf(value)?.map((policy) => oidOf(itemsOf(policy)?.[0]))
  if (ids === undefined || !ids.every((id) => id !== undefined)) return false
  const kinds = ids.map(kindOfPolicy).filter((kind) => kind !== undefined)
  into.kind = kinds[0] ?? 'outside'
  return kinds.length <= 1
}

function readPurposes(value: DerItem, into: Draft): boolean {
  const ids = itemsOf(value)?.map(oidOf)
  if (ids === undefined || !ids.every((id) => id !== undefined)) return false
  into.forUsers = ids.some((id) => USER_PURPOSES.includes(id))
  return true
}

/** GeneralName: [1] rfc822Name, [2] dNSName, [6] URI, [7] iPAddress. */
const RFC822_NAME = 0x81
/** Names that are never taken out of a certificate, so that a limit on them limits nothing. */
const IDLE_NAMES: readonly number[] = [0x82, 0x86, 0x87]

function readNameConstraints(value: DerItem, into: Draft): boolean {
  const parts = itemsOf(value)
  if (parts === undefined || !parts.every(({ tag }) => tag === 0xa0 || tag === 0xa1)) return false
  const limits: { permitted: string[] | undefined; excluded: string[] } = {
    permitted: undefined,
    excluded: [],
  }
  for (const part of parts) {
    for (const subtree of part.items) {
      const [base, ...rest] = itemsOf(subtree) ?? []
      if (base === undefined) return false
      // minimum and maximum are not used (RFC 5280 §4.2.1.10)
      if (rest.length > 0 || (base.tag !== RFC822_NAME && !IDLE_NAMES.includes(base.tag)))
        into.unknownLimit = true
      if (base.tag !== RFC822_NAME) continue
      const limit = asciiOf(base.content)?.toLowerCase()
      if (limit === undefined) return false
      if (part.tag === 0xa0) (limits.permitted ??= []).push(limit)
      else limits.excluded.push(limit)
    }
  }
  into.emailLimits = limits
  return true
}

import { CK } from '../token/constants.ts'
import type { Attribute, Handle } from '../token/cryptoki.ts'
import { attributeOf, findObjects } from '../token/objects.ts'
import type { Token } from '../token/token.ts'

/** A certificate that lies in a token. */
export interface FoundCertificate {
  readonly label: string
  readonly der: Uint8Array
}

/** A certificate that is to lie there, with what PKCS#11 wants said of it besides (v2.40 §4.6.3). */
export interface NewCertificate {
  readonly label: string
  readonly der: Uint8Array
  /** Names, DER. */
  readonly subject: Uint8Array
  readonly issuer: Uint8Array
  /** The INTEGER, DER. */
  readonly serial: Uint8Array
}

/** The certificates that have this CKA_ID. */
export function certificatesBeside(
  { cryptoki }: Token,
  session: Handle,
  id: Uint8Array,
): readonly FoundCertificate[] {
  return findObjects(cryptoki, session, beside(id)).flatMap((object) => {
    const der = attributeOf(cryptoki, session, object, CK.CKA_VALUE)
    const label = attributeOf(cryptoki, session, object, CK.CKA_LABEL)
    return der === undefined || der.length === 0
      ? []
      : [{ der, label: Buffer.from(label ?? []).toString() }]
  })
}

/**
 * Puts a certificate beside its pair, in the place of those that had the same label: a user's last one. The new one is there
 * before an old one goes.
 */
export function storeCertificate(
  { cryptoki }: Token,
  session: Handle,
  id: Uint8Array,
  { label, der, subject, issuer, serial }: NewCertificate,
): void {
  const named: readonly Attribute[] = [...beside(id), { type: CK.CKA_LABEL, value: label }]
  const old = findObjects(cryptoki, session, named)
  cryptoki.C_CreateObject(session, [
    ...named,
    { type: CK.CKA_PRIVATE, value: false },
    { type: CK.CKA_SUBJECT, value: Buffer.from(subject) },
    { type: CK.CKA_ISSUER, value: Buffer.from(issuer) },
    { type: CK.CKA_SERIAL_NUMBER, value: Buffer.from(serial) },
    { type: CK.CKA_VALUE, value: Buffer.from(der) },
  ])
  for (const object of old) cryptoki.C_DestroyObject(session, object)
}

function beside(id: Uint8Array): readonly Attribute[] {
  return [
    { type: CK.CKA_CLASS, value: CK.CKO_CERTIFICATE },
    { type: CK.CKA_CERTIFICATE_TYPE, value: CK.CKC_X_509 },
    { type: CK.CKA_TOKEN, value: true },
    { type: CK.CKA_ID, value: Buffer.from(id) },
  ]
}

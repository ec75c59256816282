import { X509Certificate } from 'node:crypto'
import { hex, unhex } from '@hufu/protocol/crypto'
import { isNamespace } from '@hufu/protocol/identity'
import { HufuError } from '@hufu/protocol/wire'
import { MOST_TOLD_OCTETS, issuerRow, toldOctets } from '../../authority/issuers.ts'
import { listIssuers, putIssuer, removeIssuer } from '../../store/issuers.ts'
import { act, granted, refused } from '../act.ts'
import { issuerId, namespace } from '../forms.ts'
import { nothing, route, type Route } from '../route.ts'
import { flag, list, object, text, time } from '../schema.ts'
import { refuseApart, type UserPorts } from './users.ts'

/** Issuers in all: what a message to a terminal holds. */
const MOST = 16
const MOST_NAMESPACES = 64

const issuer = object({
  id: issuerId,
  subject: text(0, 4_096),
  namespaces: list(namespace, MOST_NAMESPACES),
  ours: flag,
  expires: time,
  added: time,
})

/** Who is trusted to certify users. */
export function issuerRoutes(ports: UserPorts): readonly Route[] {
  const { authority, clock, store } = ports
  return [
    route({
      id: 'listIssuers',
      method: 'GET',
      path: '/issuers',
      about:
        'Who is trusted to certify users, and of which namespaces. `ours`: made by this server.',
      access: 'users.read',
      answer: object({ issuers: list(issuer, MOST) }),
      async handle() {
        const rows = await store.read(listIssuers)
        const issuers = rows.map(({ id, certificate, namespaces, ours, added }) => ({
          id: hex(id),
          ...described(certificate),
          namespaces,
          ours,
          added,
        }))
        return { issuers }
      },
    }),
    route({
      id: 'addIssuer',
      method: 'POST',
      path: '/issuers',
      about:
        'Trusts an authority from outside for users of these namespaces, or changes the namespaces of one. Its certificate as PEM: P-256 or Ed25519.',
      access: 'issuers.write',
      body: object({
        certificate: text(1, 8_192),
        namespaces: list(namespace, MOST_NAMESPACES),
      }),
      answer: object({ id: issuerId }),
      refuses: [
        'ERR_CERT_MALFORMED',
        'ERR_CERT_ALGORITHM',
        'ERR_CERT_USAGE',
        'ERR_CERT_NAMESPACE',
        'ERR_WIRE_OVERSIZE',
        'ERR_AUTHORITY',
      ],
      async handle({ who, body: { certificate, namespaces } }) {
        refuseApart(authority, 'issuers are trusted', 'hufu issuer add')
        if (namespaces.length === 0 || !namespaces.every(isNamespace))
          throw new HufuError(
            'ERR_CERT_NAMESPACE',
            'it needs namespaces: host names in small letters',
          )
        const row = issuerRow(derOf(certificate), namespaces)
        const id = hex(row.id)
        await act(ports, {
          who: who!,
          permission: 'issuers.write',
          deed: {
            action: 'issuer.add',
            object: { kind: 'issuer', id },
            detail: { namespaces: row.namespaces },
          },
          async work(db) {
            const all = await listIssuers(db)
            const others = all.filter((each) => hex(each.id) !== id)
            const own = [
              authority.namespace,
              ...all.filter(({ ours }) => ours).flatMap((each) => each.namespaces),
            ]
            if (row.namespaces.some((each) => own.includes(each)))
              return refused('ERR_CERT_NAMESPACE', 'that namespace is this server’s own')
            if (others.length >= MOST || toldOctets([...others, row]) > MOST_TOLD_OCTETS)
              return refused('ERR_WIRE_OVERSIZE', 'terminals cannot be told of so many issuers')
            await putIssuer(db, row, clock.wall())
            return granted({})
          },
        })
        await authority.reload()
        return { id }
      },
    }),
    route({
      id: 'removeIssuer',
      method: 'DELETE',
      path: '/issuers/{id}',
      about:
        'Trusts an authority from outside no longer: its users cannot sign in any more, and stay signed in until their time is over.',
      access: 'issuers.write',
      params: object({ id: issuerId }),
      answer: nothing,
      refuses: ['ERR_CERT_ISSUER', 'ERR_AUTHORITY'],
      async handle({ who, params: { id } }) {
        refuseApart(authority, 'issuers are trusted', 'hufu issuer remove')
        await act(ports, {
          who: who!,
          permission: 'issuers.write',
          deed: { action: 'issuer.remove', object: { kind: 'issuer', id }, detail: {} },
          async work(db) {
            const removed = await removeIssuer(db, unhex(id))
            return removed ? granted({}) : refused('ERR_CERT_ISSUER')
          },
        })
        await authority.reload()
        return {}
      },
    }),
  ]
}

/** The one certificate in PEM (RFC 7468 §5). */
function derOf(pem: string): Uint8Array {
  const body = /-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----/.exec(pem)
  if (body === null) throw new HufuError('ERR_CERT_MALFORMED')
  return new Uint8Array(Buffer.from(body[1]!, 'base64'))
}

function described(der: Uint8Array): { readonly subject: string; readonly expires: number } {
  const { subject, validToDate } = new X509Certificate(der)
  return { subject: subject.replaceAll('\n', ', '), expires: validToDate.getTime() }
}

import { readIssuer, type TrustedIssuer } from '@hufu/protocol/identity'
import { letters } from './contacts.ts'
import { fieldsOf, shelf } from './shelf.ts'
import { damaged } from './store.ts'

/** Whom to trust to certify users, by server: what the server said under an invitation. `issuers/SERVER.json`. */
export interface IssuersFile {
  /** Those of a server; none where nobody of this profile has enrolled. */
  of(server: string): Promise<readonly TrustedIssuer[]>
  keep(server: string, issuers: readonly TrustedIssuer[]): Promise<void>
}

/** Every method may throw {@link HufuError} `ERR_PROFILE`. */
export function issuersFile(profile: string): IssuersFile {
  const servers = shelf<readonly TrustedIssuer[]>(profile, 'issuers', read, (issuers) => ({
    issuers: issuers.map(({ certificate, namespaces, ours }) => ({
      certificate: letters(certificate.der),
      namespaces,
      ours,
    })),
  }))
  return {
    of: async (server) => (await servers.read(server)) ?? [],
    keep: async (server, issuers) => servers.save(server, issuers),
  }
}

function read(object: Readonly<Record<string, unknown>>, path: string): readonly TrustedIssuer[] {
  return fieldsOf(object, path)
    .list('issuers')
    .map((item): TrustedIssuer => {
      const certificate = readIssuer(fieldsOf(item, path).octets('certificate', 1, 4_096))
      const { namespaces, ours } = item
      const isList = Array.isArray(namespaces) && namespaces.every((n) => typeof n === 'string')
      if (!certificate.ok || !isList || typeof ours !== 'boolean') throw damaged(path)
      return { certificate: certificate.value, namespaces, ours }
    })
}

import { HufuError, type signin, type TrustedIssuer } from '@hufu/terminal'
import { answer, transact } from './database.ts'

/** What reads a certificate: loaded with what users need. */
type Read = Pick<Awaited<ReturnType<typeof signin>>, 'readIssuer'>

interface Row {
  readonly certificate: Uint8Array
  readonly namespaces: readonly string[]
  readonly ours: boolean
}

/** Whom this browser trusts to certify the users of a server; none where nobody has enrolled or signed in. */
export async function issuersOf(
  server: string,
  { readIssuer }: Read,
): Promise<readonly TrustedIssuer[]> {
  const rows = await transact('issuers', 'readonly', (records) =>
    answer<readonly Row[] | undefined>(records.get(server)),
  )
  return (rows ?? []).map(({ certificate, namespaces, ours }) => {
    const read = readIssuer(certificate)
    if (!read.ok) throw new HufuError('ERR_PROFILE', 'a kept certificate is damaged')
    return { certificate: read.value, namespaces, ours }
  })
}

/** Keeps them in place of those before. May throw {@link HufuError} `ERR_PROFILE`. */
export async function keepIssuers(
  server: string,
  issuers: readonly TrustedIssuer[],
): Promise<void> {
  const rows = issuers.map(({ certificate, namespaces, ours }): Row => ({
    certificate: certificate.der,
    namespaces,
    ours,
  }))
  await transact('issuers', 'readwrite', (records) => answer(records.put(rows, server)))
}

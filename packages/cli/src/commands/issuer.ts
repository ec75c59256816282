import { readFile } from 'node:fs/promises'
import { HufuError } from '@hufu/protocol/wire'
import { usage, type Arguments } from '../arguments.ts'
import { EXIT, type ExitCode } from '../exit.ts'
import { operatorsClient } from '../operator/session.ts'
import { columns, iso } from '../operator/show.ts'
import type { Output } from '../output.ts'

/** `hufu issuer list|add FILE --namespace NS|remove ID`: who is trusted to certify users. */
export async function run(args: Arguments, output: Output): Promise<ExitCode> {
  const [verb = 'list', one] = args.operands
  if (verb === 'list' && one === undefined) return list(args, output)
  if (verb === 'add' && one !== undefined) return add(one, args, output)
  if (verb === 'remove' && one !== undefined) return remove(one, args, output)
  throw usage('hufu issuer takes list, add FILE --namespace NAMESPACE, or remove ID')
}

/** Characters of a certificate in PEM, as the server takes it. */
const MOST_PEM = 8_192

interface Issuer {
  readonly id: string
  readonly subject: string
  readonly namespaces: readonly string[]
  readonly ours: boolean
  readonly expires: number
  readonly added: number
}

async function list(args: Arguments, output: Output): Promise<ExitCode> {
  const client = await operatorsClient(args)
  const { issuers } = (await client.call('GET', '/issuers')) as { issuers: readonly Issuer[] }
  for (const { expires, added, ...issuer } of issuers)
    await output.event({ event: 'issuer', ...issuer, expires: iso(expires), added: iso(added) })
  if (output.json) return EXIT.success
  const rows = issuers.map(({ id, subject, namespaces, ours, expires }) => [
    id,
    namespaces.join(','),
    ours ? 'of this server' : subject,
    `until ${iso(expires)}`,
  ])
  await output.print(columns(rows))
  return EXIT.success
}

async function add(file: string, args: Arguments, output: Output): Promise<ExitCode> {
  const namespaces = (args.one('namespace') ?? '').split(',').map((each) => each.trim())
  if (namespaces.includes(''))
    throw usage('--namespace NAMESPACE,… is needed: whose users it certifies')
  const certificate = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new HufuError('ERR_FILE_READ', `${file}: cannot be read`, { cause })
  })
  if (certificate.length > MOST_PEM)
    throw new HufuError('ERR_CERT_MALFORMED', `${file}: longer than any certificate is`)
  const client = await operatorsClient(args)
  const { id } = (await client.call('POST', '/issuers', { certificate, namespaces })) as {
    readonly id: string
  }
  await output.event({ event: 'trusted', id, namespaces })
  output.note(`${id} certifies users of ${namespaces.join(', ')}`)
  return EXIT.success
}

async function remove(id: string, args: Arguments, output: Output): Promise<ExitCode> {
  const client = await operatorsClient(args)
  await client.call('DELETE', `/issuers/${encodeURIComponent(id)}`)
  await output.event({ event: 'removed', name: id })
  output.note(`${id} is trusted no more`)
  return EXIT.success
}

import { readFileSync } from 'node:fs'
import { Agent as PlainAgent, request as plainRequest, type IncomingMessage } from 'node:http'
import { Agent, request } from 'node:https'
import { HufuError } from '@hufu/protocol/wire'
import type { Schema } from '../../admin/schema.ts'
import type { Config } from '../../config.ts'
import { isLoopback } from '../../gateway/source.ts'
import { readPrivate } from '../../vault/master/private-file.ts'

/** A way to an authority that is apart. All reject with {@link HufuError} `ERR_AUTHORITY`, saying why. */
export interface AuthorityLink {
  /** Where it is. */
  readonly url: string
  /** Asks below `/api/v1/relay`. */
  ask<T>(operation: Operation, body: unknown, answer: Schema<T>): Promise<T>
  /** The list of what it has revoked, DER. */
  revocationList(): Promise<Uint8Array>
  close(): void
}

export type Operation = 'enrol' | 'chip' | 'add' | 'renew' | 'sync'

/** Milliseconds for an answer: a signature and a durable write, and a slow network. Our choice. */
const ANSWER_MS = 10_000
/** Octets of an answer: lists of issuers and of revoked keys are the longest. Our choice. */
const MOST_ANSWER_OCTETS = 4_194_304

/**
 * The way to the authority that the configuration names.
 *
 * @throws {HufuError} `ERR_CONFIG` if what is said of it is not whole; `ERR_VAULT_FILE` if others may read its token.
 */
export async function linkTo(config: Config): Promise<AuthorityLink> {
  const base = baseOf(config.authority)
  const token = await tokenOf(config)
  const ca = authoritiesIn(config.authorityCa)
  const plain = base.protocol === 'http:'
  const agent = plain
    ? new PlainAgent({ keepAlive: true })
    : new Agent({ keepAlive: true, ...(ca === undefined ? {} : { ca }) })
  const exchange = (path: string, body?: string): Promise<Buffer> =>
    new Promise((resolve, reject) => {
      const fail = (why: string): void => reject(away(base, why))
      const options = {
        method: body === undefined ? 'GET' : 'POST',
        agent,
        signal: AbortSignal.timeout(ANSWER_MS),
        headers: {
          'X-Hufu-Request': '1',
          ...(body === undefined
            ? {}
            : {
                Authorization: `Bearer ${token}`,
                'Content-Type': 'application/json',
                'Content-Length': Buffer.byteLength(body),
              }),
        },
      }
      const answered = (response: IncomingMessage): void => {
        collect(response).then(
          (octets) =>
            response.statusCode === 200
              ? resolve(octets)
              : fail(refusalOf(response.statusCode ?? 0, octets)),
          (error: unknown) => fail(reasonOf(error)),
        )
      }
      const sent = (plain ? plainRequest : request)(new URL(path, base), options, answered)
      sent.on('error', (error) => fail(reasonOf(error)))
      sent.end(body)
    })
  return {
    url: base.origin,
    async ask(operation, body, answer) {
      const octets = await exchange(`/api/v1/relay/${operation}`, JSON.stringify(body))
      const read = answer.read(jsonOf(octets))
      if (read === undefined) throw away(base, 'its answer is none that we know')
      return read
    },
    revocationList: async () => new Uint8Array(await exchange('/authority/crl')),
    close: () => agent.destroy(),
  }
}

/** A URL of a host alone; without TLS only on this machine, as the token goes over it. */
function baseOf(url: string): URL {
  const base = URL.parse(url)
  const alone = base !== null && base.pathname === '/' && base.search === '' && base.hash === ''
  if (!alone || base.username !== '' || !['http:', 'https:'].includes(base.protocol))
    throw new HufuError(
      'ERR_CONFIG',
      `authority: ${url} must be a URL of a host, such as https://authority.example.org:4681`,
    )
  const host = base.hostname.replaceAll(/[[\]]/g, '')
  if (base.protocol === 'http:' && host !== 'localhost' && !isLoopback(host))
    throw new HufuError(
      'ERR_CONFIG',
      `authority: ${url} would be asked in the clear; only one on this machine may be: give https://`,
    )
  return base
}

async function tokenOf({ authorityToken, authorityTokenFile }: Config): Promise<string> {
  if ((authorityToken === '') === (authorityTokenFile === ''))
    throw new HufuError(
      'ERR_CONFIG',
      'the token for the authority comes from HUFU_AUTHORITY_TOKEN or from authority-token-file, one of them',
    )
  if (authorityToken !== '') return authorityToken
  const line = await readPrivate(authorityTokenFile)
  if (line === undefined)
    throw new HufuError('ERR_VAULT_FILE', `${authorityTokenFile}: there is no such file`)
  return line.trim()
}

function authoritiesIn(path: string): string | undefined {
  if (path === '') return undefined
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    throw new HufuError('ERR_CONFIG', `authority-ca: ${path} cannot be read`, { cause })
  }
}

async function collect(response: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  let octets = 0
  for await (const chunk of response) {
    octets += (chunk as Buffer).length
    if (octets > MOST_ANSWER_OCTETS) throw new Error('its answer is too long')
    chunks.push(chunk as Buffer)
  }
  return Buffer.concat(chunks)
}

function jsonOf(octets: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(octets))
  } catch {
    return undefined
  }
}

function refusalOf(status: number, octets: Uint8Array): string {
  const { error } = (jsonOf(octets) ?? {}) as { error?: { code?: unknown } }
  const code = typeof error?.code === 'string' ? error.code.slice(0, 64) : `status ${status}`
  if (code === 'ERR_SIGNED_OUT') return 'it does not know the token of this server (ERR_SIGNED_OUT)'
  if (code === 'ERR_FORBIDDEN')
    return 'the token of this server lacks the permission keys.certify (ERR_FORBIDDEN)'
  return `it refused: ${code}`
}

function reasonOf(error: unknown): string {
  const { code, name, message } = error as NodeJS.ErrnoException
  return name === 'AbortError' || name === 'TimeoutError' ? 'it does not answer' : (code ?? message)
}

function away(base: URL, why: string): HufuError {
  return new HufuError('ERR_AUTHORITY', `the authority at ${base.origin}: ${why}`)
}

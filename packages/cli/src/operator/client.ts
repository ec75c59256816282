import { request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { HufuError, isErrorCode, type ErrorCode } from '@hufu/protocol/wire'
import { usage } from '../arguments.ts'

/** A server's API, as somebody who may be signed in asks it. */
export interface ApiClient {
  /** The server's address. */
  readonly url: string
  /**
   * Asks for `path` below `/api/v1`, and resolves to the answer.
   *
   * @throws {HufuError} whatever the server refuses with, `ERR_USAGE` or `ERR_USER_ID` for a value that somebody typed and it
   * does not take; `ERR_UNREACHABLE`, `ERR_NOT_HUFU`, `ERR_VERSION` (a code that
   * this hufu does not know).
   */
  call(method: Method, path: string, body?: unknown): Promise<unknown>
}

export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE'

export interface ApiClientOptions {
  /** The server's address, http or https. */
  readonly url: string
  /** A token, or the session of a program. */
  readonly bearer: string | undefined
  /** PEM certificates to trust, the platform's if undefined. */
  readonly authorities: readonly string[] | undefined
}

/** Octets of the longest answer: a thousand accounts and tokens fit ten times. Our choice. */
const MOST_OCTETS = 16_777_216
/** Milliseconds without anything from the server. Passphrases may wait in a queue. Our choice. */
const SILENCE_MS = 60_000

/**
 * Asks a server's API. Nothing leaves for another machine over plain http: it would carry a passphrase or a token.
 *
 * @throws {HufuError} `ERR_INSECURE`
 */
export function apiClient(options: ApiClientOptions): ApiClient {
  const { url } = options
  requireSafe(new URL(url))
  return {
    url,
    async call(method, path, body) {
      if (/\/(?:\/|$)/.test(path)) throw usage('a name or an ID is empty')
      const response = await ask(options, method, path, body)
      const text = await textOf(response)
      const value = parsed(text)
      if (response.statusCode === 200 && value !== undefined) return value
      throw refusal(url, response, value)
    },
  }
}

function requireSafe({ protocol, hostname }: URL): void {
  const local = /^(?:localhost|\[::1\]|127(?:\.\d{1,3}){3})$/.test(hostname)
  if (protocol !== 'https:' && !local)
    throw new HufuError('ERR_INSECURE', `${hostname} was to be asked over plain http`)
}

function ask(
  { url, bearer, authorities }: ApiClientOptions,
  method: Method,
  path: string,
  body: unknown,
): Promise<IncomingMessage> {
  const target = new URL(`${url.replace(/\/$/, '')}/api/v1${path}`)
  const payload = body === undefined ? undefined : Buffer.from(JSON.stringify(body))
  const headers = {
    'X-Hufu-Request': '1',
    ...(bearer === undefined ? {} : { Authorization: `Bearer ${bearer}` }),
    ...(payload === undefined
      ? {}
      : { 'Content-Type': 'application/json', 'Content-Length': payload.length }),
  }
  const trust = authorities === undefined ? {} : { ca: [...authorities] }
  const send = target.protocol === 'https:' ? httpsRequest : httpRequest
  return new Promise((resolve, reject) => {
    const request = send(target, { method, headers, ...trust }, resolve)
    request.setTimeout(SILENCE_MS, () => request.destroy(new Error('the server is silent')))
    request.on('error', (cause: NodeJS.ErrnoException) => reject(unreachable(url, cause)))
    request.end(payload)
  })
}

function unreachable(url: string, cause: NodeJS.ErrnoException): HufuError {
  const { code = '' } = cause
  const why = /CERT|SIGNED|ISSUER|ALTNAME/.test(code)
    ? `the certificate of ${url} is not trusted (${code}); one of the server’s own making is with --ca FILE`
    : `nothing answers at ${url}`
  return new HufuError('ERR_UNREACHABLE', why, { cause })
}

async function textOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let octets = 0
  for await (const chunk of response) {
    octets += (chunk as Buffer).length
    if (octets > MOST_OCTETS) throw new HufuError('ERR_NOT_HUFU', 'the answer has no end')
    chunks.push(chunk as Buffer)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

function refusal(url: string, { statusCode }: IncomingMessage, value: unknown): HufuError {
  const { error } = (value ?? {}) as { readonly error?: { code?: unknown; message?: unknown } }
  const { code, message } = error ?? {}
  if (typeof code !== 'string' || typeof message !== 'string')
    return new HufuError(
      'ERR_NOT_HUFU',
      `what answers at ${url} has no API of a hufu server (${statusCode})`,
    )
  if (!isErrorCode(code)) return new HufuError('ERR_VERSION', `the server says ${code}: ${message}`)
  return (
    (code === 'ERR_API_REQUEST' ? misgiven(message) : undefined) ?? new HufuError(code, message)
  )
}

/** A value that the server does not take is whoever typed it's to mend, and no fault in hufu. */
function misgiven(message: string): HufuError | undefined {
  const [, field = ''] = /^the (?:path|query|body)’s (\w+) is not what/.exec(message) ?? []
  if (!Object.hasOwn(TYPED, field)) return undefined
  const { code = 'ERR_USAGE', takes } = TYPED[field as keyof typeof TYPED] as Typed
  return new HufuError(code, takes)
}

interface Typed {
  /** `ERR_USAGE` where there is no better. */
  readonly code?: ErrorCode
  readonly takes: string
}

/** Fields of the API that hold what was typed, with what each takes. */
const TYPED = {
  name: {
    takes: 'a name has 1 to 64 characters; that of an account small letters, digits, dots, hyphens',
  },
  role: { takes: '--role takes operator, auditor, vendor or application-owner' },
  scope: {
    takes: '--scope takes permissions with commas between; `hufu admin whoami` shows yours',
  },
  lifetimeMs: { takes: '--expires takes from one minute to 366 days: 90m, 12h, 30d' },
  reason: { takes: '--reason takes one line of 1 to 500 characters' },
  user: { code: 'ERR_USER_ID', takes: '`hufu user list` shows those there are' },
  part: { code: 'ERR_USER_ID', takes: 'no user ID has such a part' },
  id: {
    takes:
      'this is no ID: `hufu token list`, `hufu issuer list` and `hufu user show USER` have them',
  },
  terminal: { takes: 'this is no ID of a terminal; `hufu user where` shows them' },
  certificate: { takes: 'the file is no certificate in PEM of at most 8 KiB' },
  namespaces: { takes: '--namespace takes host names with commas between' },
} as const satisfies Readonly<Record<string, Typed>>

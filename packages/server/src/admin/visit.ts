import type { IncomingMessage } from 'node:http'
import { HufuError } from '@hufu/protocol/wire'
import { originIsAllowed } from '../gateway/origin.ts'
import { isLoopback } from '../gateway/source.ts'
import { bearerCredential, cookieCredential, type Credential } from './credentials.ts'

/*
 * What a request says of where it comes from. A browser sends a cookie with whatever any page has it ask for, so that
 * nothing is done on the word of a cookie alone:
 *
 *   - SameSite=Strict: other sites' pages do not get it sent;
 *   - whatever changes anything needs a header that only scripts of our own origin can set (others are asked first, and
 *     nobody answers them);
 *   - Sec-Fetch-Site and Origin, where they are there, must say that the page is ours; with a cookie one must be there.
 */

/** A header that no form and no picture sends. Its value means nothing. */
export const REQUEST_HEADER = 'x-hufu-request'

/** Sent by a page that asks by itself while nobody touches it: a session is not kept alive by that. */
const WATCHING_HEADER = 'x-hufu-watching'

/** Refused by a browser that did not get it from this very host over TLS (RFC 6265bis §4.1.3.2). */
const COOKIE = '__Host-hufu-session'
/** For http://localhost, where browsers disagree on what is secure. */
const LOCAL_COOKIE = 'hufu-session'

/** A request, read as far as its headers. */
export interface Visit {
  readonly credential: Credential | undefined
  /** Over TLS as far as we can tell, or from this very machine. */
  readonly safe: boolean
  /** Nobody did anything: a page keeps itself up to date. */
  readonly watching: boolean
  /** The Set-Cookie that has a browser keep a session's id, or forget it. */
  cookie(session: { readonly id: string; readonly maxAgeMs: number } | undefined): string
}

/** What there is to know of this server's own addresses. */
export interface Own {
  readonly names: readonly string[]
  readonly tls: boolean
  /** Whether a proxy's word may be taken. */
  trusts(peer: string): boolean
}

/**
 * Reads the headers of `request`.
 *
 * @throws {HufuError} `ERR_CROSS_SITE` (a page that is not ours), `ERR_API_REQUEST` (the header is missing where something
 * would be changed; two hosts or two cookies of one name).
 */
export function visitOf(request: IncomingMessage, own: Own): Visit {
  const { headers } = request
  requireOne(request, 'host')
  requireOne(request, 'authorization')
  requireOne(request, 'origin')
  const host = headers.host ?? ''
  const peer = request.socket.remoteAddress ?? ''
  const forwardedAsTls = own.trusts(peer) && headers['x-forwarded-proto'] === 'https'
  const tls = own.tls || forwardedAsTls || headers.origin?.startsWith('https://') === true
  // the plain cookie could be set by whoever serves another host name beside ours: only this machine's own has none
  const local = isLocalName(host)
  const fromCookie = cookieIn(headers.cookie, local ? [COOKIE, LOCAL_COOKIE] : [COOKIE])
  const { authorization } = headers
  const credential =
    authorization === undefined
      ? cookieCredential(fromCookie ?? '')
      : bearerCredential(/^Bearer ([^\s]+)$/i.exec(authorization)?.[1] ?? '')
  const byCookie = authorization === undefined && fromCookie !== undefined
  requireOwnPage(request, [host, ...own.names], byCookie)
  return {
    credential,
    safe: tls || isLoopback(peer),
    watching: headers[WATCHING_HEADER] !== undefined,
    cookie(session) {
      const plain = local && !tls
      const name = plain ? LOCAL_COOKIE : COOKIE
      const age = session === undefined ? 0 : Math.ceil(session.maxAgeMs / 1_000)
      const secure = plain ? '' : '; Secure'
      return `${name}=${session?.id ?? ''}; Path=/; Max-Age=${age}; HttpOnly; SameSite=Strict${secure}`
    },
  }
}

function requireOwnPage(request: IncomingMessage, own: readonly string[], byCookie: boolean): void {
  const { origin, 'sec-fetch-site': site } = request.headers
  const changes = request.method !== 'GET'
  if (site !== undefined && site !== 'same-origin' && (changes || site !== 'none')) throw foreign()
  if (!originIsAllowed(origin, own, [])) throw foreign()
  if (!changes) return
  if (request.headers[REQUEST_HEADER] === undefined)
    throw new HufuError(
      'ERR_API_REQUEST',
      'whatever changes something needs the header X-Hufu-Request',
    )
  if (byCookie && origin === undefined && site === undefined) throw foreign()
}

function foreign(): HufuError {
  return new HufuError('ERR_CROSS_SITE')
}

/** Where a header comes twice, two readers of the request may each take another: none of ours may. */
function requireOne(request: IncomingMessage, name: string): void {
  const values = request.headersDistinct[name] ?? []
  if (values.length > 1) throw new HufuError('ERR_API_REQUEST', `the header ${name} came twice`)
}

/** The value of the first of `names` that is there. */
function cookieIn(header: string | undefined, names: readonly string[]): string | undefined {
  const pairs = (header ?? '').split(';').map((pair) => pair.trim().split('='))
  for (const name of names) {
    const found = pairs.filter(([each]) => each === name)
    if (found.length > 1) throw new HufuError('ERR_API_REQUEST', `the cookie ${name} came twice`)
    if (found[0] !== undefined) return found[0].slice(1).join('=')
  }
  return undefined
}

/** A host name that only this machine has. */
function isLocalName(host: string): boolean {
  const name = host.replace(/:\d+$/, '').toLowerCase()
  return name === 'localhost' || name === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(name)
}

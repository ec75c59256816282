import { timingSafeEqual, createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { HufuError } from '@hufu/protocol/wire'
import type { Metrics } from '../metrics.ts'
import { isLoopback } from '../gateway/source.ts'
import { API_PATH, type Api } from '../admin/api.ts'
import { isFresh, preferred } from './encoding.ts'
import { SECURITY_HEADERS } from './headers.ts'
import type { Certificate } from '../tls/certificate.ts'
import type { Page } from './pages.ts'

/** What the plain HTTP side answers from. */
export interface HttpPorts {
  readonly pages: ReadonlyMap<string, Page>
  readonly metrics: Metrics
  /** Whatever is asked below `/api/v1`. */
  readonly api?: Api
  /** Whoever has to check what this server's users present. */
  readonly authority?: PublicAuthority
  /** Empty: this machine only. */
  readonly metricsToken: string
  /** None: plain http. */
  readonly certificate: Certificate | undefined
  /** False while draining, or when the store does not answer. */
  ready(): Promise<boolean>
  failed(error: unknown): void
}

/** What an authority shows to anybody. */
export interface PublicAuthority {
  /** Its certificate, DER. */
  ownCertificate(): Promise<Uint8Array>
  /** What it has certified and revoked, DER (RFC 5280 §5). */
  revocationList(): Promise<Uint8Array>
}

/** Where it shows them: PEM, and DER (RFC 2585 §4). */
const AUTHORITY_PATH = '/authority/certificate'
const REVOKED_PATH = '/authority/crl'

/** Where the authority of a certificate of our own making can be fetched. */
const CA_PATH = '/hufu-ca.pem'

/** Milliseconds for a request's head, and for all of it: a slow sender holds a socket no longer. Our choice. */
const HEAD_MS = 10_000
const REQUEST_MS = 15_000
/** Milliseconds that an idle connection is kept for the next request. */
const IDLE_MS = 5_000
/** Octets of all headers of a request. */
const HEAD_OCTETS = 8_192
/** Octets in the longest pages are small; a year, in seconds, for those whose name says what they hold. */
const KEEP_SECONDS = 31_536_000

/** The HTTP server: pages, health, metrics, the operator's API. It does not listen yet. */
export function httpServer(ports: HttpPorts): Server {
  const limits = {
    headersTimeout: HEAD_MS,
    requestTimeout: REQUEST_MS,
    keepAliveTimeout: IDLE_MS,
    maxHeaderSize: HEAD_OCTETS,
    connectionsCheckingInterval: 5_000,
    noDelay: true,
  }
  const handle = (request: IncomingMessage, response: ServerResponse): void => {
    answer(ports, request, response).catch((error: unknown) => {
      if (error instanceof HufuError && error.code === 'ERR_AUTHORITY' && !response.headersSent)
        return reply(response, 503, 'the authority cannot be reached')
      ports.failed(error)
      if (!response.headersSent) reply(response, 500, 'internal error')
      else response.destroy()
    })
  }
  const { certificate } = ports
  const server: Server =
    certificate === undefined
      ? createServer(limits, handle)
      : createTlsServer(
          {
            ...limits,
            key: certificate.key,
            cert: certificate.cert,
            minVersion: 'TLSv1.2',
            handshakeTimeout: HEAD_MS,
          },
          handle,
        )
  server.maxRequestsPerSocket = 1_000
  return server
}

async function answer(
  ports: HttpPorts,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const path = (request.url ?? '').split('?', 1)[0]!
  if (ports.api !== undefined && (path === API_PATH || path.startsWith(`${API_PATH}/`)))
    return ports.api(request, response)
  if (request.method !== 'GET' && request.method !== 'HEAD')
    return reply(response, 405, 'method not allowed', { Allow: 'GET, HEAD' })
  switch (path) {
    case '/healthz':
      return reply(response, 200, 'ok')
    case '/readyz': {
      const ready = await ports.ready()
      return reply(response, ready ? 200 : 503, ready ? 'ready' : 'not ready')
    }
    case '/metrics': {
      if (!mayMeasure(request, ports.metricsToken)) return reply(response, 403, 'forbidden')
      const { type, text } = await ports.metrics.page()
      return reply(response, 200, text, { 'Content-Type': type })
    }
    case CA_PATH: {
      // For phones, which take an authority from a page and from nothing else.
      const { authority } = ports.certificate ?? {}
      if (authority === undefined) return reply(response, 404, 'not found')
      return reply(response, 200, authority.pem, { 'Content-Type': 'application/x-x509-ca-cert' })
    }
    case AUTHORITY_PATH: {
      if (ports.authority === undefined) return reply(response, 404, 'not found')
      const certificate = pem(await ports.authority.ownCertificate())
      return reply(response, 200, certificate, { 'Content-Type': 'application/x-pem-file' })
    }
    case REVOKED_PATH: {
      if (ports.authority === undefined) return reply(response, 404, 'not found')
      const list = await ports.authority.revocationList()
      return reply(response, 200, list, { 'Content-Type': 'application/pkix-crl' })
    }
    case '/console/':
      // what it loads stands beside it, not below; relative, as a proxy may have taken a path away
      return reply(response, 308, 'see /console', { Location: '../console' })
    default: {
      const page = ports.pages.get(path)
      return page === undefined ? reply(response, 404, 'not found') : show(page, request, response)
    }
  }
}

function show(page: Page, request: IncomingMessage, response: ServerResponse): void {
  const variants = page.variants()
  const { 'accept-encoding': accepted, 'if-none-match': known } = request.headers
  const { encoding, body, etag } = preferred(variants, accepted?.toString())
  const fresh = isFresh(known, etag)
  const cache = page.immutable ? `public, max-age=${KEEP_SECONDS}, immutable` : 'no-cache'
  response.writeHead(fresh ? 304 : 200, {
    ...SECURITY_HEADERS,
    'Cache-Control': cache,
    ETag: etag,
    ...(variants.length > 1 ? { Vary: 'Accept-Encoding' } : {}),
    ...(fresh ? {} : { 'Content-Type': page.type, 'Content-Length': body.length }),
    ...(fresh || encoding === 'identity' ? {} : { 'Content-Encoding': encoding }),
  })
  response.end(fresh ? undefined : body)
}

function reply(
  response: ServerResponse,
  status: number,
  body: string | Uint8Array,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, {
    ...SECURITY_HEADERS,
    'Content-Type': 'text/plain; charset=utf-8',
    'Cache-Control': 'no-store',
    'Content-Length': Buffer.byteLength(body),
    ...headers,
  })
  response.end(body)
}

/** A certificate in PEM (RFC 7468 §5). */
function pem(der: Uint8Array): string {
  const lines = Buffer.from(der)
    .toString('base64')
    .match(/.{1,64}/g)!
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n')
}

/** With a token, who has it; without one, this machine, unless a proxy on it asks for somebody else. */
function mayMeasure(request: IncomingMessage, token: string): boolean {
  if (token !== '') return sameText(request.headers.authorization ?? '', `Bearer ${token}`)
  const { forwarded, 'x-forwarded-for': forwardedFor } = request.headers
  const direct = forwarded === undefined && forwardedFor === undefined
  return direct && isLoopback(request.socket.remoteAddress ?? '')
}

function sameText(a: string, b: string): boolean {
  return timingSafeEqual(digest(a), digest(b))
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

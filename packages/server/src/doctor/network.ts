import { X509Certificate } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { createServer, isIP } from 'node:net'
import { join } from 'node:path'
import { TLSSocket } from 'node:tls'
import type { Config } from '../config.ts'
import { fail, ok, warn, type Finding } from './finding.ts'

const DAY_MS = 86_400_000
/** Days before its end from which a certificate is worth a word; one of our own making is made anew within them. */
const SOON_DAYS = 30
/** Milliseconds for a server to answer. Our choice. */
const ANSWER_MS = 5_000
/** Milliseconds by which two clocks may differ: what a Date header and the way of an answer take from the comparison. */
const SKEW_MS = 5_000

/** Is the certificate good, for as long as it takes, for every name? */
export async function certificate(config: Config): Promise<Finding> {
  const { tls, tlsCert, names, data } = config
  if (tls !== 'self' && tlsCert === '') return ok('certificate', 'none: plain http')
  const path = tls === 'self' ? join(data, 'tls', 'cert.pem') : tlsCert
  if (tls === 'self' && !existsSync(path)) return ok('certificate', 'one is made at the next start')
  let own: X509Certificate
  try {
    own = new X509Certificate(await readFile(path))
  } catch {
    return fail('certificate', `${path}: cannot be read as a certificate`, 'give --tls-cert FILE')
  }
  const renewal =
    tls === 'self'
      ? 'start the server anew: it makes another'
      : 'renew it, and start the server anew'
  const missing = names.map(hostOf).filter((host) => !isFor(own, host))
  if (missing.length > 0)
    return fail('certificate', `${path}: not good for ${missing.join(', ')}`, renewal)
  return expiring(own, path, renewal)
}

/** Is the web app there that is to be served? */
export function webApp({ web }: Config): Finding {
  if (web === '') return ok('web', 'none: the setting `web` is empty')
  return existsSync(join(web, 'index.html'))
    ? ok('web', web)
    : fail('web', `${web}: has no index.html`, 'build it (npm start does), or set --web')
}

/** Can the server listen where it should? Only for a server that does not run. */
export function port({ listen: { host, port } }: Config): Promise<Finding> {
  const address = `${host}:${port}`
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', ({ code = '' }: NodeJS.ErrnoException) => {
      const why = code === 'EADDRINUSE' ? 'in use by another program' : `not to be had (${code})`
      const advice = 'stop what listens there, or choose another with --listen HOST:PORT'
      resolve(fail('port', `${address}: ${why}`, advice))
    })
    server.listen({ host, port }, () => server.close(() => resolve(ok('port', `${address}: free`))))
  })
}

/** Does the authority answer that issues keys, if it is apart? */
export async function authority({ authority: url, authorityCa }: Config): Promise<Finding> {
  if (url === '') return ok('authority', 'this server’s own')
  const trusted = await readFile(authorityCa, 'utf8').catch(() => undefined)
  const found = await server(url, trusted === undefined ? undefined : [trusted])
  return { ...found, check: 'authority' }
}

/** Does a server answer at `url`, does it show a certificate that is good, and does its clock agree with ours? */
export async function server(
  url: string,
  authorities: readonly string[] | undefined,
): Promise<Finding> {
  let answer: Answered
  try {
    answer = await ask(`${url.replace(/\/$/, '')}/readyz`, authorities)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    return fail('server', `${url}: ${why}`, 'check the address, --ca, and that the server runs')
  }
  const { status, skewMs, shown } = answer
  if (status !== 200)
    return fail(
      'server',
      `${url}: not ready (${status})`,
      'look into its log: its store, or it drains',
    )
  if (Math.abs(skewMs) > SKEW_MS)
    return warn(
      'server',
      `${url}: its clock and ours differ by ${Math.round(skewMs / 1_000)} s`,
      'have both set by NTP',
    )
  if (shown === undefined) return ok('server', `${url}: ready`)
  const found = expiring(shown, `${url}: ready, its certificate`, 'renew it')
  return { ...found, check: 'server' }
}

interface Answered {
  readonly status: number
  /** Its clock less ours, in milliseconds. */
  readonly skewMs: number
  readonly shown: X509Certificate | undefined
}

function ask(url: string, authorities: readonly string[] | undefined): Promise<Answered> {
  const trust = authorities === undefined ? {} : { ca: [...authorities] }
  const send = url.startsWith('https:') ? httpsRequest : httpRequest
  return new Promise((resolve, reject) => {
    const request = send(url, { ...trust, agent: false }, (response: IncomingMessage) => {
      const { socket, headers, statusCode = 0 } = response
      const date = Date.parse(headers.date ?? '')
      // the header has whole seconds: half of one is its middle
      const skewMs = Number.isNaN(date) ? 0 : date + 500 - Date.now()
      const shown = socket instanceof TLSSocket ? socket.getPeerX509Certificate() : undefined
      response.resume()
      resolve({ status: statusCode, skewMs, shown })
    })
    request.setTimeout(ANSWER_MS, () => request.destroy(new Error('no answer')))
    request.on('error', reject)
    request.end()
  })
}

function expiring(own: X509Certificate, what: string, renewal: string): Finding {
  const days = Math.floor((Date.parse(own.validTo) - Date.now()) / DAY_MS)
  const until = new Date(own.validTo).toISOString().slice(0, 10)
  if (days < 0) return fail('certificate', `${what}: expired on ${until}`, renewal)
  if (Date.parse(own.validFrom) > Date.now())
    return fail('certificate', `${what}: not good yet`, 'set the clock, or wait')
  const found = `${what}: until ${until}`
  return days < SOON_DAYS ? warn('certificate', found, renewal) : ok('certificate', found)
}

function isFor(own: X509Certificate, host: string): boolean {
  return (isIP(host) === 0 ? own.checkHost(host) : own.checkIP(host)) !== undefined
}

/** A name as terminals dial it, without its port. */
function hostOf(name: string): string {
  return new URL(`http://${name}`).hostname.replace(/^\[|\]$/g, '')
}

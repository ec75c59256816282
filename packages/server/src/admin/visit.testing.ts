import { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import { visitOf, type Visit } from './visit.ts'

export interface Come {
  readonly peer: string
  readonly tls?: boolean
  /** X-Forwarded-Proto. */
  readonly forwarded?: string
  /** Whether the peer's word is taken. */
  readonly trusted?: boolean
  readonly host?: string
  readonly origin?: string
}

/** A visit without a socket. */
export function visit({ peer, tls = false, forwarded, trusted, host, origin }: Come): Visit {
  const socket = new Socket()
  Object.defineProperty(socket, 'remoteAddress', { value: peer })
  const request = new IncomingMessage(socket)
  request.method = 'GET'
  Object.assign(request.headers, {
    host: host ?? 'hufu.example',
    ...(forwarded === undefined ? {} : { 'x-forwarded-proto': forwarded }),
    ...(origin === undefined ? {} : { origin }),
  })
  return visitOf(request, { names: [], tls, trusts: () => trusted === true })
}

/** Whether a passphrase may come that way. */
export function safe(come: Come): boolean {
  return visit(come).safe
}

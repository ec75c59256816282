import { random } from '@hufu/protocol/crypto'
import {
  newSoftwareSecrets,
  softwareKey,
  type CertificateCache,
  type SecurityKey,
} from '@hufu/protocol/identity'
import { calls, signin, type Calls, type OpenSocket, type RingingCall } from '@hufu/terminal'

/** Where people come to, and by whose leave. */
export interface Place {
  /** URL of the server. */
  readonly server: string
  /** Of the operator. */
  readonly session: string
}

/** A user who is signed in at a terminal of their own. */
export interface Person {
  readonly user: string
  readonly key: SecurityKey
  readonly calls: Calls
  close(): void
}

export interface PersonOptions {
  readonly name: string
  readonly openSocket: OpenSocket
  readonly cache: CertificateCache
  readonly ringing?: (ring: RingingCall) => void
  /** The connection is lost: `ERR_…`. */
  readonly lost?: (code: string) => void
}

/** Invites, enrols a key in software, and signs in, as everybody does; resolves once calls ring here. */
export async function personAt(place: Place, options: PersonOptions): Promise<Person> {
  const { name, openSocket, cache, ringing, lost } = options
  const { ALL_MESSAGES, openLine, startSignin } = await signin()
  const { startCalls } = await calls()
  const code = await invite(place, name)
  const line = openLine({ server: place.server, messages: ALL_MESSAGES, ports: { openSocket } })
  const acts = startSignin({ line, issuers: () => [] })
  const holder = softwareKey(newSoftwareSecrets(random), 'software')
  const { key, issuers } = await acts.enrol(holder, code)
  await acts.signIn(key)
  const attending = Promise.withResolvers<void>()
  const started = startCalls({
    line,
    key,
    issuers,
    cache,
    ...(ringing === undefined ? {} : { ringing }),
    on(event) {
      if (event.type === 'attending') attending.resolve()
      if (event.type === 'deaf') attending.reject(new Error(event.code))
      if (event.type === 'lost') lost?.(event.code)
    },
  })
  if (ringing !== undefined) await attending.promise
  return {
    user: key.user,
    key,
    calls: started,
    close() {
      started.close()
      acts.close()
      line.close()
    },
  }
}

async function invite({ server, session }: Place, user: string): Promise<string> {
  const response = await fetch(`${server}/api/v1/invitations`, {
    method: 'POST',
    headers: {
      'X-Hufu-Request': '1',
      'Content-Type': 'application/json',
      Authorization: `Bearer ${session}`,
    },
    body: JSON.stringify({ user, kind: 'key' }),
  })
  const { code } = (await response.json()) as { readonly code?: string }
  if (code === undefined) throw new Error(`no invitation: ${response.status}`)
  return code
}

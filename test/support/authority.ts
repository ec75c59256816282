import { operatorOf, type Operator } from './operator.ts'
import { proxyTo, type Proxy, type Twist } from './proxy.ts'
import { serve, type Served } from './serve.ts'

/** A `hufu authority`, and a `hufu serve` that asks it: a process and a data folder each. */
export interface Apart {
  readonly authority: Served
  readonly relay: Served
  /** Whoever runs the authority. */
  readonly operator: Operator
  /** A token of the authority for programs. */
  token(...scope: readonly string[]): Promise<string>
  stop(): Promise<void>
}

export interface ApartOptions {
  /** For the authority. */
  readonly env?: Readonly<Record<string, string>>
  /** What is done to octets between the two: `up` to the authority. */
  readonly twist?: Twist
}

/** Starts both. */
export async function startApart({ env = {}, twist }: ApartOptions = {}): Promise<Apart> {
  const authority = await serve(env, 'authority')
  const operator = await operatorOf(authority)
  const token: Apart['token'] = async (...scope) => {
    const body = { name: 'for a test', scope, lifetimeMs: 3_600_000 }
    return ((await operator.call('POST', '/tokens', body)) as { token: string }).token
  }
  const between: Proxy | undefined =
    twist === undefined ? undefined : await proxyTo(authority.origin, twist)
  const relay = await serve({
    HUFU_AUTHORITY: between?.origin ?? authority.origin,
    HUFU_AUTHORITY_TOKEN: await token('keys.certify'),
    HUFU_AUTHORITY_CHECK_MS: '200',
    HUFU_ENROLMENTS_PER_SOURCE: '1000',
  })
  return {
    authority,
    relay,
    operator,
    token,
    async stop() {
      await relay.stop()
      await between?.close()
      await authority.stop()
    },
  }
}
